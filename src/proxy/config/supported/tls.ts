import type { SupportedFields } from './fields.js';

/** TLS and secrets. */
export const IMPLEMENTED: SupportedFields = {};
