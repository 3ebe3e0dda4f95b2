/** Bytes of one message's head, start line included: Envoy's `max_request_headers_kb` default. */
export const HEAD_BYTES_MAX = 60 * 1024;
/** Fields in one head: Envoy's `max_headers_count` default. */
export const FIELD_COUNT_MAX = 100;
/** Digits of a chunk's size: 2^52 bytes, the largest that stays an exact number. */
export const CHUNK_SIZE_DIGITS_MAX = 13;
/** Bytes of chunk extensions in one body, all of which are dropped. */
export const CHUNK_EXTENSION_BYTES_MAX = 16 * 1024;
/** Bytes of the trailer section. */
export const TRAILER_BYTES_MAX = HEAD_BYTES_MAX;

export interface HeadLimits {
  readonly head_bytes_max: number;
  readonly field_count_max: number;
}

export const DEFAULT_HEAD_LIMITS: HeadLimits = { head_bytes_max: HEAD_BYTES_MAX, field_count_max: FIELD_COUNT_MAX };
