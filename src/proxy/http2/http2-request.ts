import type { HttpStream } from '../http/http-stream.js';
import { prepareRequest } from '../http/request-preparation.js';
import { FLAG } from '../http/response-flags.js';
import type { HeaderBlock } from './header-block.js';

/**
 * Fills the stream from a head that is valid.
 * @returns false when it was answered
 */
export function prepareHttp2Request(stream: HttpStream, block: HeaderBlock): boolean {
  const { headers } = block;
  stream.headers = headers;
  stream.method = block.method!;
  stream.path = block.path ?? '';
  stream.host = headers.get('host') ?? '';
  stream.scheme = block.scheme ?? 'http';
  if (stream.method === 'CONNECT' && block.protocol !== undefined) {
    // RFC 8441 §5: as the HTTP/1 request that it stands for
    stream.method = 'GET';
    stream.upgrade = block.protocol.toLowerCase();
    headers.add('upgrade', block.protocol);
  }
  if (stream.path.includes('#')) {
    stream.localReply(400, '', 0, 'path_normalization_failed');
    return false;
  }
  if (stream.method === 'OPTIONS' && stream.path === '*') {
    stream.localReply(404, '', 0, 'absolute_path_rejected');
    return false;
  }
  if (stream.method === 'CONNECT') {
    stream.localReply(404, '', FLAG.noRoute, 'route_not_found');
    return false;
  }
  return prepareRequest(stream);
}
