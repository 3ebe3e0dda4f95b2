import { TrysailError } from '../base/errors.js';

/** Failures of what shows the mesh to people. */
export class InsightError extends TrysailError {}
