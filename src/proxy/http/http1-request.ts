import type { RequestParser } from '../../wire/http1/index.js';
import { namesWithUnderscore } from './header-underscores.js';
import type { HttpStream } from './http-stream.js';
import { prepareRequest } from './request-preparation.js';
import { FLAG } from './response-flags.js';

/**
 * Fills the stream from the parsed head and makes the changes that every request gets.
 * @returns false when it was answered
 */
export function prepareHttp1Request(stream: HttpStream, request: RequestParser): boolean {
  const { manager } = stream;
  stream.protocol = request.minor === 1 ? 'HTTP/1.1' : 'HTTP/1.0';
  manager.onStreamStart(stream);
  if (request.minor === 0 && !manager.options.http1.acceptHttp10) {
    stream.protocol = 'HTTP/1.1';
    stream.codec.closeAfterAnswer();
    stream.localReply(426, 'Upgrade Required', FLAG.downstreamProtocolError, 'low_version');
    return false;
  }
  if (!readTarget(stream, request)) return false;
  if (!stripHop(stream, request)) return false;
  if (manager.options.underscores !== 'allow' && !checkUnderscores(stream)) return false;
  if (!readUpgrade(stream, request)) return false;
  return prepareRequest(stream);
}

function readTarget(stream: HttpStream, request: RequestParser): boolean {
  const { target, headers, method } = request;
  const { http1 } = stream.manager.options;
  let host = headers.get('host');
  let path = target;
  const isPath = target.charCodeAt(0) === 47;
  if (method === 'CONNECT') {
    if (!CONNECT_TARGET.test(target)) return refuse(stream, 'http1.invalid_url', 'Bad Request');
    host = target;
    headers.set('host', host);
    path = '';
  } else if (!isPath && !(target === '*' && method === 'OPTIONS')) {
    const absolute = http1.allowAbsoluteUrl ? /^(https?):\/\/([^/?#]+)([^#]*)$/i.exec(target) : null;
    if (absolute === null) return refuse(stream, targetFault(target), 'Bad Request');
    host = absolute[2]!.slice(absolute[2]!.lastIndexOf('@') + 1);
    if (!ABSOLUTE_HOST.test(host)) return refuse(stream, 'http1.invalid_url', 'Bad Request');
    headers.set('host', host);
    path = absolute[3]!.startsWith('/') ? absolute[3]! : `/${absolute[3]}`;
  }
  if (host === undefined && request.minor === 0 && http1.defaultHost !== '') {
    host = http1.defaultHost;
    headers.set('host', host);
  }
  if (host !== undefined && host !== goodHost) {
    if (!HOST.test(host)) return refuse(stream, 'http.invalid_authority', 'Bad Request');
    goodHost = host;
  }
  stream.method = method;
  stream.headers = headers;
  stream.path = path;
  if (host === undefined) return refuse(stream, 'missing_host_header');
  stream.host = host;
  return true;
}

function targetFault(target: string): string {
  if (target === '*') return 'http1.invalid_url';
  return target.includes('://') ? 'http1.invalid_scheme' : 'http1.codec_error';
}

/** RFC 9110 §9.3.6: a host and a port. */
const CONNECT_TARGET = /^[^/:]+:\d+$|^\[[\da-fA-F:.]+\]:\d+$/;
/** A name or address, and a port that is a number where there is a colon. */
const ABSOLUTE_HOST = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d+)?$/;
/** Characters of RFC 3986 authorities. */
const HOST = /^[\w.:[\]%~!$&'()*+,;=@-]*$/;
/** The last one that was found good: requests come in runs to one host. */
let goodHost = '';

function refuse(stream: HttpStream, details: string, body = ''): false {
  if (!stream.manager.options.http1.streamErrorOnInvalid || body !== '') stream.codec.closeAfterAnswer();
  if (body !== '') stream.manager.stats.counters.downstream_cx_protocol_error.value++;
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

/** What an empty `Upgrade` asks for: no configuration can allow it. */
const NO_UPGRADE = ' ';

function readUpgrade(stream: HttpStream, request: RequestParser): boolean {
  const wanted = stream.headers.get('upgrade');
  if (stream.method === 'CONNECT') stream.upgrade = 'connect';
  if (wanted === undefined) return true;
  const type = wanted.toLowerCase();
  if (!request.connectionUpgrade || type === 'h2c') {
    stream.headers.delete('upgrade');
    stream.headers.delete('http2-settings');
    return true;
  }
  stream.upgrade = type === '' ? NO_UPGRADE : type;
  return true;
}

/** `headers_with_underscores_action`. @returns false when the request was refused */
function checkUnderscores(stream: HttpStream): boolean {
  const { headers, manager } = stream;
  const found = namesWithUnderscore(headers);
  if (found.length === 0) return true;
  const { stats } = manager.context;
  if (manager.options.underscores === 'drop') {
    stats.counter('http1.dropped_headers_with_underscores').add(found.length);
    for (const name of found) headers.delete(name);
    return true;
  }
  stats.counter('http1.requests_rejected_with_underscores_in_headers').inc();
  return refuse(stream, 'http1.unexpected_underscore', 'Bad Request');
}
