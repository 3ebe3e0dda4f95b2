import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { RequestParser } from '../../wire/http1/index.js';
import type { ConnectionManager } from './connection-manager.js';
import type { HttpStream } from './http-stream.js';
import { FLAG } from './response-flags.js';

/** Headers with which the mesh tells itself what to do: taken from requests that come from outside. */
const INTERNAL_HEADERS = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-upstream-stream-duration-ms',
];

/** What proxies behind the edge say of a request, which a stranger must not say at the edge. */
const EDGE_HEADERS = [
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-original-path',
  'x-envoy-original-host',
];

/**
 * Fills the stream from the parsed head and makes the changes that every request gets.
 * @returns false when it was answered
 */
export function prepareRequest(stream: HttpStream, request: RequestParser): boolean {
  const { manager } = stream;
  stream.method = request.method;
  stream.headers = request.fields;
  stream.protocol = request.minor === 1 ? 'HTTP/1.1' : 'HTTP/1.0';
  manager.onStreamStart(stream);
  if (request.minor === 0 && !manager.acceptHttp10) {
    stream.server.closing = true;
    stream.localReply(426, 'Upgrade Required', FLAG.downstreamProtocolError, 'low_version');
    return false;
  }
  if (!readTarget(stream, request)) return false;
  if (!stripHop(stream, request)) return false;
  if (!readUpgrade(stream, request)) return false;
  forwardingHeaders(stream, manager);
  return true;
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
    if (absolute === null || !manager.allowAbsoluteUrl) return refuse(stream, 'invalid_path', 'Bad Request');
    host = absolute[2]!.slice(absolute[2]!.lastIndexOf('@') + 1);
    headers.set('host', host);
    stream.path = absolute[3]!.startsWith('/') ? absolute[3]! : `/${absolute[3]}`;
  }
  if (host === undefined) return refuse(stream, 'missing_host_header');
  if (!HOST.test(host)) return refuse(stream, 'invalid_host', 'Bad Request');
  if (stream.path.includes('#')) return refuse(stream, 'path_with_fragment_rejected');
  if (request.method === 'CONNECT') {
    stream.server.closing = true;
    stream.localReply(404, '', FLAG.noRoute, 'route_not_found');
    return false;
  }
  stream.host = manager.normalizeHost(host, stream.connection.localPort);
  if (stream.host !== host) headers.set('host', stream.host);
  return true;
}

/** Characters of RFC 3986 authorities. */
const HOST = /^[\w.:[\]%~!$&'()*+,;=@-]*$/;

function refuse(stream: HttpStream, details: string, body = ''): false {
  stream.server.closing = true;
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
  if (headers.get('proxy-connection')?.toLowerCase() === 'close') stream.server.closing = true;
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

function forwardingHeaders(stream: HttpStream, manager: ConnectionManager): void {
  const { headers, connection } = stream;
  const forwarded = headers.get('x-forwarded-for');
  if (manager.useRemoteAddress) {
    const peer = connection.remoteAddress;
    stream.internal = forwarded === undefined && manager.isInternal(peer);
    if (!manager.skipXffAppend) headers.set('x-forwarded-for', forwarded === undefined ? peer : `${forwarded},${peer}`);
    headers.set('x-forwarded-proto', stream.scheme);
    if (!stream.internal) {
      for (const name of EDGE_HEADERS) headers.delete(name);
      headers.set('x-envoy-external-address', peer);
    }
  } else {
    const only = forwarded?.trim();
    stream.internal = only !== undefined && isIP(only) !== 0 && manager.isInternal(only);
    const proto = headers.get('x-forwarded-proto');
    if (proto === undefined) headers.add('x-forwarded-proto', stream.scheme);
    else if (proto === 'https' || proto === 'http') stream.scheme = proto;
  }
  // As a client certificate that nobody checked: Envoy's SANITIZE.
  headers.delete('x-forwarded-client-cert');
  if (headers.has('x-envoy-internal')) headers.delete('x-envoy-internal');
  if (stream.internal) headers.add('x-envoy-internal', 'true');
  else for (const name of INTERNAL_HEADERS) headers.delete(name);
  requestId(stream, manager);
}

function requestId(stream: HttpStream, manager: ConnectionManager): void {
  const { headers } = stream;
  if (!manager.generateRequestId) return;
  if (!headers.has('x-request-id')) headers.add('x-request-id', randomUUID());
  else if (manager.useRemoteAddress && !stream.internal && !manager.preserveRequestId)
    headers.set('x-request-id', randomUUID());
}
