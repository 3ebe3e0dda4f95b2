import { TrysailError } from '../base/errors.js';

/** Policy that cannot be carried out as it is written. */
export class PolicyError extends TrysailError {}
