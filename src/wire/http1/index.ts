export { BodyDecoder, type BodySink, type Framing } from './body-decoder.js';
export { INCOMPLETE, INVALID, latin1 } from './field-parser.js';
export { RequestParser, ResponseParser } from './head-parser.js';
export { HeaderMap } from './header-map.js';
export { DEFAULT_HEAD_LIMITS, FIELD_COUNT_MAX, HEAD_BYTES_MAX, type HeadLimits } from './limits.js';
export { reasonOf, statusLine } from './status.js';
