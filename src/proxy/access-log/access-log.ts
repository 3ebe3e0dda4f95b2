import type { StreamInfo } from '../http/stream-info.js';

/** One configured access log: decides, formats and writes. */
export interface AccessLog {
  write(info: StreamInfo): void;
}
