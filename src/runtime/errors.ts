import { TrysailError } from '../base/errors.js';

/** What went wrong while running pods: in a driver, the image store or the node agent. */
export class RuntimeError extends TrysailError {}
