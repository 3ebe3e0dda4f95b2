import { TrysailError } from '../base/errors.js';

/** Failures of the configuration protocol, on either side of the stream. */
export class XdsError extends TrysailError {}
