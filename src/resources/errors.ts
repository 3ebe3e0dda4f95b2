import { TrysailError } from '../base/errors.js';

/** A manifest or resource that cannot be used as it is. */
export class ResourceError extends TrysailError {}
