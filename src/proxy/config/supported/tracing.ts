import type { SupportedFields } from './fields.js';

/** Tracing. */
export const IMPLEMENTED: SupportedFields = {};
