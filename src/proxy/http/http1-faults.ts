/** Envoy's words for what its codec refuses, by ours. */
const FAULTS: Readonly<Record<string, string>> = {
  HEAD_TOO_LARGE: 'http1.headers_too_large',
  INVALID_FIELD_VALUE: 'http1.invalid_characters',
  LENGTH_AND_CHUNKED: 'http1.content_length_and_chunked_not_allowed',
  TOO_MANY_FIELDS: 'http1.too_many_headers',
  TRAILERS_TOO_LARGE: 'http1.trailers_too_large',
  UNSUPPORTED_TRANSFER_ENCODING: 'http1.invalid_transfer_encoding',
  UNSUPPORTED_VERSION: 'low_version',
};

/** What access logs say of a fault that a parser found. @param code the parser's */
export function faultDetails(code: string): string {
  return FAULTS[code] ?? 'http1.codec_error';
}
