import type { HeaderMap } from '../../wire/http1/index.js';
import type { HttpStream } from './http-stream.js';

let dateText = '';
let dateSecond = -1;

/** RFC 9110 §5.6.7 date of now; made once a second. */
export function httpDate(now_ms: number): string {
  const second = Math.floor(now_ms / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(now_ms).toUTCString();
  }
  return dateText;
}

/** RFC 9110 §7.6.3: one more step on the way. */
export function appendVia(headers: HeaderMap, via: string): void {
  const before = headers.get('via');
  headers.set('via', before === undefined ? via : `${before}, ${via}`);
}

/** What the connection manager does to every answer's head; the framing is the connection's. */
export function prepareResponse(stream: HttpStream, headers: HeaderMap): void {
  const { manager } = stream;
  const { options } = manager;
  if (stream.status !== 101) headers.delete('connection');
  headers.delete('transfer-encoding');
  headers.delete('keep-alive');
  headers.delete('proxy-connection');
  if (!headers.has('date')) headers.add('date', httpDate(manager.context.clock.now()));
  if (options.serverHeader === 'overwrite') headers.set('server', options.serverName);
  else if (options.serverHeader === 'append' && !headers.has('server')) headers.add('server', options.serverName);
  if (options.via !== '') appendVia(headers, options.via);
  if (options.requestIdInResponse) {
    const id = stream.headers.get('x-request-id');
    if (id !== undefined) headers.set('x-request-id', id);
  }
}
