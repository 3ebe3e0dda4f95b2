/** Streams open at once, one per logical proxy. Measured with 50 clusters: 0.17 MB each. */
export const STREAMS_MAX = 1_024;
/** The largest request taken: 10,000 subscribed names of 100 bytes are 1 MB. */
export const REQUEST_MAX_BYTES = 16 * 1024 * 1024;
/** Names that one stream may subscribe to, over all types. */
export const SUBSCRIBED_NAMES_MAX = 100_000;
/** Resource types on one stream. */
export const TYPES_MAX = 32;
/**
 * How long listeners and routes wait for a proxy to ask for the endpoints of a new cluster. A proxy asks within a millisecond or
 * two; one that never asks must not be held up for good.
 */
export const WARMING_MAX_MS = 500;
/** Memory that one HTTP/2 session may take; leaves room for many streams on one session. */
export const SESSION_MEMORY_MAX_MB = 256;
