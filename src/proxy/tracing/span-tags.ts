import { isGrpc } from '../format/grpc-status.js';
import { flagNames } from '../http/response-flags.js';
import type { StreamInfo } from '../http/stream-info.js';
import type { Span } from './span.js';

/** What a caller says of itself, or Envoy's sign for nothing. */
function orDash(value: string | undefined): string {
  return value === undefined || value === '' ? '-' : value;
}

/** Tags of the request's own span, with Envoy's names. @param pathLength_max bytes of the path in `http.url` */
export function tagDownstream(span: Span, stream: StreamInfo, pathLength_max: number): void {
  const { headers, connection } = stream;
  const id = headers.get('x-request-id');
  if (id !== undefined) span.tag('guid:x-request-id', id);
  const path = (headers.get('x-envoy-original-path') ?? stream.path).slice(0, pathLength_max);
  span.tag('http.url', `${headers.get('x-forwarded-proto') ?? stream.scheme}://${stream.host}${path}`);
  span.tag('http.method', stream.method);
  span.tag('downstream_cluster', orDash(headers.get('x-envoy-downstream-service-cluster')));
  span.tag('user_agent', orDash(headers.get('user-agent')));
  span.tag('http.protocol', orDash(stream.protocol));
  span.tag('peer.address', connection.directRemoteAddress);
  const clientId = headers.get('x-client-trace-id');
  if (clientId !== undefined) span.tag('guid:x-client-trace-id', clientId);
  if (isGrpc(headers.get('content-type'))) tagGrpcRequest(span, stream);
  span.tag('request_size', String(stream.bytesReceived));
  span.tag('response_size', String(stream.bytesSent));
  tagCommon(span, stream, stream.status, flagNames(stream.flags));
  tagGrpcResponse(span, stream);
}

/** What is known of one attempt when it ended. */
export interface AttemptFacts {
  /** `1.2.3.4:80` */
  readonly address: string;
  /** Of its answer; 0 without one. */
  readonly status: number;
  /** The proxy gave it up. */
  readonly canceled: boolean;
}

/** Tags of the span of one attempt. */
export function tagUpstream(span: Span, stream: StreamInfo, { address, status, canceled }: AttemptFacts): void {
  span.tag('http.protocol', orDash(stream.upstreamProtocol || stream.protocol));
  span.tag('upstream_address', address);
  span.tag('peer.address', address);
  tagCommon(span, stream, status, '-');
  if (canceled) span.tag('canceled', 'true');
}

function tagCommon(span: Span, stream: StreamInfo, status: number, flags: string): void {
  span.tag('component', 'proxy');
  if (stream.upstreamHost !== undefined) {
    span.tag('upstream_cluster', stream.clusterName);
    span.tag('upstream_cluster.name', stream.upstreamCluster?.config.altStatName || stream.clusterName);
  }
  span.tag('http.status_code', String(status));
  span.tag('response_flags', flags);
  if (status === 0 || status >= 500) span.tag('error', 'true');
}

function tagGrpcRequest(span: Span, { headers, path, host }: StreamInfo): void {
  span.tag('grpc.path', path);
  span.tag('grpc.authority', host);
  span.tag('grpc.content_type', headers.get('content-type') ?? '');
  const timeout = headers.get('grpc-timeout');
  if (timeout !== undefined) span.tag('grpc.timeout', timeout);
}

/** gRPC statuses that are the server's fault. */
const SERVER_ERRORS: ReadonlySet<string> = new Set(['2', '4', '12', '13', '14', '15']);

function tagGrpcResponse(span: Span, { responseHeaders, responseTrailers }: StreamInfo): void {
  const status = responseTrailers?.get('grpc-status') ?? responseHeaders?.get('grpc-status');
  if (status === undefined) return;
  span.tag('grpc.status_code', status);
  const message = responseTrailers?.get('grpc-message') ?? responseHeaders?.get('grpc-message');
  if (message !== undefined) span.tag('grpc.message', message);
  if (SERVER_ERRORS.has(status)) span.tag('error', 'true');
}
