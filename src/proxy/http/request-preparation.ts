import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConnectionManager } from './connection-manager.js';
import { appendForwardedFor, forwardedAddress } from './forwarded-for.js';
import type { HttpStream } from './http-stream.js';
import type { ManagerOptions } from './manager-options.js';
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
  forwardingHeaders(stream, manager);
  if (manager.options.via !== '') appendVia(headers, manager.options.via);
  return true;
}

function forwardingHeaders(stream: HttpStream, manager: ConnectionManager): void {
  const { headers, connection } = stream;
  const { options } = manager;
  if (connection.tls !== undefined) stream.scheme = 'https';
  const forwarded = headers.get('x-forwarded-for');
  if (options.useRemoteAddress) {
    const peer = connection.remoteAddress;
    stream.internal = forwarded === undefined && options.isInternal(peer);
    if (!options.skipXffAppend) appendForwardedFor(headers, forwardedAddress(peer));
    headers.set('x-forwarded-proto', stream.scheme);
    if (!stream.internal) {
      for (const name of EDGE_HEADERS) headers.delete(name);
      headers.set('x-envoy-external-address', peer);
    }
  } else {
    const only = forwarded?.trim();
    stream.internal = only !== undefined && isIP(only) !== 0 && options.isInternal(only);
    const proto = headers.get('x-forwarded-proto');
    if (proto === undefined) headers.add('x-forwarded-proto', stream.scheme);
    else if (proto === 'https' || proto === 'http') stream.scheme = proto;
  }
  options.forwardClientCert(headers, connection);
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
