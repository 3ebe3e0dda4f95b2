export * from './constants.js';
export { allowedField, validName, validValue } from './field-check.js';
export { FrameReader, type FrameSink } from './frame-reader.js';
export {
  errorName,
  frameHead,
  goawayFrame,
  headersFrames,
  pingFrame,
  readUint32,
  resetFrame,
  SETTINGS_ACK,
  settingsFrame,
  windowUpdateFrame,
} from './frames.js';
export { HpackDecoder } from './hpack-decoder.js';
export { HpackEncoder } from './hpack-encoder.js';
