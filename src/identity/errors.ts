import { TrysailError } from '../base/errors.js';

/** Failures with keys, certificates and credentials. */
export class IdentityError extends TrysailError {}
