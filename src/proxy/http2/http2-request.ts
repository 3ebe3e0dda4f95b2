import { namesWithUnderscore } from '../http/header-underscores.js';
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
  if (stream.method === 'CONNECT') stream.upgrade = 'connect';
  if (stream.manager.options.underscores !== 'allow') {
    const found = namesWithUnderscore(headers);
    const { counters } = stream.manager.http2Stats;
    if (found.length > 0 && stream.manager.options.underscores === 'reject') {
      counters.requests_rejected_with_underscores_in_headers.value++;
      stream.codec.resetStream();
      stream.onDisconnect('http2.unexpected_underscore', FLAG.downstreamProtocolError);
      return false;
    }
    counters.dropped_headers_with_underscores.value += found.length;
    for (const name of found) headers.delete(name);
  }
  return prepareRequest(stream);
}
