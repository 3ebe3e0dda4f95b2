import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConnectionManager } from './connection-manager.js';
import { appendForwardedFor, forwardedAddress } from './forwarded-for.js';
import type { HttpStream } from './http-stream.js';
import type { ManagerOptions } from './manager-options.js';
import { readPath } from './request-path.js';
import { appendVia } from './response-preparation.js';

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
 * The changes that every request gets, whatever its protocol; its target and connection fields are read already.
 * @returns false when it was answered
 */
export function prepareRequest(stream: HttpStream): boolean {
  const { manager, headers } = stream;
  const host = stream.host;
  stream.host = normalizeHost(host, stream.connection.localPort, manager.options);
  if (stream.host !== host) headers.set('host', stream.host);
  if (!preparePath(stream, manager)) return false;
  forwardingHeaders(stream, manager);
  if (manager.options.via !== '') appendVia(headers, manager.options.via);
  return true;
}

function forwardingHeaders(stream: HttpStream, manager: ConnectionManager): void {
  const { headers, connection } = stream;
  const { options } = manager;
  if (connection.tls !== undefined) stream.scheme = 'https';
  if (options.scheme !== '') stream.scheme = options.scheme;
  const forwarded = headers.get('x-forwarded-for');
  const trusted = forwarded === undefined ? undefined : trustedAddress(forwarded, options);
  if (options.useRemoteAddress) {
    const peer = connection.remoteAddress;
    const hops = options.trustedHops > 0;
    stream.internal = forwarded === undefined && options.isInternal(peer);
    if (!options.skipXffAppend) appendForwardedFor(headers, forwardedAddress(peer));
    if (!hops || !headers.has('x-forwarded-proto')) headers.set('x-forwarded-proto', stream.scheme);
    if (options.appendXForwardedPort && !(hops && headers.has('x-forwarded-port')))
      headers.set('x-forwarded-port', String(connection.localPort));
    if (!stream.internal) {
      for (const name of EDGE_HEADERS) headers.delete(name);
      headers.set('x-envoy-external-address', trusted ?? peer);
    }
  } else {
    const only = forwarded?.trim();
    stream.internal = only !== undefined && only === trusted && options.isInternal(only);
    const proto = headers.get('x-forwarded-proto');
    if (proto === undefined) headers.add('x-forwarded-proto', stream.scheme);
    else if (proto === 'https' || proto === 'http') stream.scheme = proto;
  }
  options.forwardClientCert(headers, connection);
  if (trusted !== undefined && trusted !== connection.remoteAddress) stream.connection = connection.seenFrom(trusted);
  if (headers.has('x-envoy-internal')) headers.delete('x-envoy-internal');
  if (stream.internal) headers.add('x-envoy-internal', 'true');
  else for (const name of INTERNAL_HEADERS) headers.delete(name);
  requestId(stream, options);
}

function requestId(stream: HttpStream, options: ManagerOptions): void {
  const { headers } = stream;
  if (!options.generateRequestId) return;
  if (!headers.has('x-request-id')) headers.add('x-request-id', randomUUID());
  else if (options.useRemoteAddress && !stream.internal && !options.preserveRequestId)
    headers.set('x-request-id', randomUUID());
}

/** `strip_any_host_port`, `strip_matching_host_port` and `strip_trailing_host_dot`. */
function normalizeHost(host: string, localPort: number, { stripPort, stripTrailingDot }: ManagerOptions): string {
  if (stripPort === 'no' && !stripTrailingDot) return host;
  const port = /:(\d+)$/.exec(host);
  let name = port === null ? host : host.slice(0, port.index);
  if (stripTrailingDot && name.endsWith('.')) name = name.slice(0, -1);
  if (port === null) return name;
  const strip = stripPort === 'any' || (stripPort === 'matching' && Number(port[1]) === localPort);
  return strip ? name : name + port[0];
}

/** Whom `x-forwarded-for` names as the client, as far as it is trusted; undefined where it is not, or names nobody. */
function trustedAddress(forwarded: string, { useRemoteAddress, trustedHops }: ManagerOptions): string | undefined {
  const skip = useRemoteAddress ? trustedHops - 1 : trustedHops;
  if (skip < 0) return undefined;
  const address =
    forwarded
      .split(',')
      .at(-1 - skip)
      ?.trim() ?? '';
  return isIP(address) === 0 ? undefined : address;
}

/** @returns false when the request was answered */
function preparePath(stream: HttpStream, { options, stats }: ConnectionManager): boolean {
  const { path } = stream;
  if (path === '') return true;
  if (path.charCodeAt(0) !== 47) {
    stream.localReply(404, '', 0, 'absolute_path_rejected');
    return false;
  }
  if (path.includes('#')) return refusePath(stream);
  const { normalize, mergeSlashes, escapedSlashes } = options.path;
  if (!normalize && !mergeSlashes && escapedSlashes === 'keep') return true;
  const read = readPath(path, options.path);
  if (read.verdict === 'invalid') {
    stats.counters.downstream_rq_failed_path_normalization.value++;
    return refusePath(stream);
  }
  stream.path = read.path;
  if (read.verdict !== 'redirect') return true;
  stats.counters.downstream_rq_redirected_with_normalized_path.value++;
  stream.localReply(307, '', 0, 'path_normalization_failed', (headers) => headers.add('location', read.path));
  return false;
}

function refusePath(stream: HttpStream): false {
  stream.codec.closeAfterAnswer();
  stream.localReply(400, '', 0, 'path_normalization_failed');
  return false;
}
