import type { RequestParser } from '../../wire/http1/index.js';
import type { HttpStream } from './http-stream.js';
import { prepareRequest } from './request-preparation.js';
import { FLAG } from './response-flags.js';

/**
 * Fills the stream from the parsed head and makes the changes that every request gets.
 * @returns false when it was answered
 */
export function prepareHttp1Request(stream: HttpStream, request: RequestParser): boolean {
  const { manager } = stream;
  stream.method = request.method;
  stream.headers = request.headers;
  stream.protocol = request.minor === 1 ? 'HTTP/1.1' : 'HTTP/1.0';
  manager.onStreamStart(stream);
  if (request.minor === 0 && !manager.options.http1.acceptHttp10) {
    stream.codec.closeAfterAnswer();
    stream.localReply(426, 'Upgrade Required', FLAG.downstreamProtocolError, 'low_version');
    return false;
  }
  if (!readTarget(stream, request)) return false;
  if (!stripHop(stream, request)) return false;
  if (!readUpgrade(stream, request)) return false;
  return prepareRequest(stream);
}

function readTarget(stream: HttpStream, request: RequestParser): boolean {
  const { target } = request;
  const { headers, manager } = stream;
  let host = headers.get('host');
  stream.path = target;
  const isPath = target.charCodeAt(0) === 47;
  if (request.method === 'CONNECT') {
    if (isPath) return refuse(stream, 'invalid_path', 'Bad Request');
  } else if (!isPath && !(target === '*' && request.method === 'OPTIONS')) {
    const absolute = /^(https?):\/\/([^/?#]+)([^#]*)$/i.exec(target);
    if (absolute === null || !manager.options.http1.allowAbsoluteUrl)
      return refuse(stream, 'invalid_path', 'Bad Request');
    host = absolute[2]!.slice(absolute[2]!.lastIndexOf('@') + 1);
    headers.set('host', host);
    stream.path = absolute[3]!.startsWith('/') ? absolute[3]! : `/${absolute[3]}`;
  }
  if (host === undefined) return refuse(stream, 'missing_host_header');
  if (host !== goodHost) {
    if (!HOST.test(host)) return refuse(stream, 'invalid_host', 'Bad Request');
    goodHost = host;
  }
  if (stream.path.includes('#')) return refuse(stream, 'path_normalization_failed');
  if (request.method === 'CONNECT') {
    stream.codec.closeAfterAnswer();
    stream.localReply(404, '', FLAG.noRoute, 'route_not_found');
    return false;
  }
  stream.host = host;
  return true;
}

/** Characters of RFC 3986 authorities. */
const HOST = /^[\w.:[\]%~!$&'()*+,;=@-]*$/;
/** The last one that was found good: requests come in runs to one host. */
let goodHost = '';

function refuse(stream: HttpStream, details: string, body = ''): false {
  stream.codec.closeAfterAnswer();
  stream.localReply(400, body, body === '' ? 0 : FLAG.downstreamProtocolError, details);
  return false;
}

/**
 * RFC 9110 §7.6.1: what is about the client's connection goes no further.
 * @returns false when it was answered
 */
function stripHop(stream: HttpStream, request: RequestParser): boolean {
  const { headers } = stream;
  if (request.connectionNominates) {
    for (const token of (headers.get('connection') ?? '').split(',')) {
      const name = token.trim().toLowerCase();
      if (name === 'host') return refuse(stream, 'missing_host_header');
      if (name.startsWith(':') || FORWARDED.has(name))
        return refuse(stream, 'invalid_connection_header', 'Bad Request');
      if (name !== '' && name !== 'upgrade' && !KEPT.has(name)) headers.delete(name);
    }
  }
  headers.delete('connection');
  headers.delete('keep-alive');
  if (headers.get('proxy-connection')?.toLowerCase() === 'close') stream.codec.closeAfterAnswer();
  headers.delete('proxy-connection');
  if (request.chunked) headers.delete('transfer-encoding');
  if (headers.has('te')) {
    const trailers = headers.get('te')!.toLowerCase().includes('trailers');
    headers.delete('te');
    if (trailers) headers.add('te', 'trailers');
  }
  return true;
}

/** Fields that say where a body ends: they are ours to take away, not the client's. */
const KEPT = new Set(['content-length', 'transfer-encoding', 'te']);
/** Fields that a client must not be able to take away from those behind us. */
const FORWARDED = new Set(['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host']);

function readUpgrade(stream: HttpStream, request: RequestParser): boolean {
  const wanted = stream.headers.get('upgrade');
  if (wanted === undefined) return true;
  const type = wanted.toLowerCase();
  if (!request.connectionUpgrade || type === 'h2c') {
    stream.headers.delete('upgrade');
    stream.headers.delete('http2-settings');
    return true;
  }
  stream.upgrade = type;
  return true;
}
