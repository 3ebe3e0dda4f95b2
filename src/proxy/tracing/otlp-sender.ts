import { HeaderMap } from '../../wire/http1/index.js';
import type { OpenTelemetryConfig } from '../../xds/types/gen/envoy/config/trace/v3/opentelemetry_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';
import type { ClusterClient } from '../router/cluster-client.js';
import { unaryGrpc } from '../router/grpc-call.js';
import { encodeOtlp } from './otlp.js';
import type { Span } from './span.js';
import type { SendSpans } from './span-reporter.js';

const DEFAULT_SERVICE_NAME = 'unknown_service:envoy';
const GRPC_PATH = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
const TIMEOUT_MS = 5_000;

/** How spans reach a collector: by `http_service`, or `grpc_service`. @throws ConfigError */
export function otlpSender(client: ClusterClient, config: OpenTelemetryConfig, path: string): SendSpans {
  const resource: readonly (readonly [string, string])[] = [
    ['service.name', config.serviceName || DEFAULT_SERVICE_NAME],
    ['telemetry.sdk.language', 'nodejs'],
    ['telemetry.sdk.name', 'envoy'],
  ];
  const encode = (spans: readonly Span[]): Uint8Array => encodeOtlp(spans, resource);
  const { httpService, grpcService } = config;
  if (httpService !== undefined && grpcService !== undefined)
    throw new ConfigError(path, 'only one of grpc_service and http_service may be set');
  if (httpService !== undefined) return httpSender(client, httpService, encode, `${path}.http_service`);
  if (grpcService !== undefined) return grpcSender(client, grpcService, encode, `${path}.grpc_service`);
  return (_spans, done) => done('dropped');
}

type Encode = (spans: readonly Span[]) => Uint8Array;

function httpSender(
  client: ClusterClient,
  service: NonNullable<OpenTelemetryConfig['httpService']>,
  encode: Encode,
  path: string,
): SendSpans {
  const uri = service.httpUri;
  const cluster = uri?.httpUpstreamType.case === 'cluster' ? uri.httpUpstreamType.value : '';
  const target = /^https?:\/\/([^/?#]+)([^#]*)$/i.exec(uri?.uri ?? '');
  if (cluster === '' || target === null) throw new ConfigError(`${path}.http_uri`, 'a uri and a cluster are needed');
  const [, authority = '', rest = ''] = target;
  const timeout_ms = milliseconds(uri?.timeout, TIMEOUT_MS);
  const extra = service.requestHeadersToAdd.map(({ header }) => [header?.key ?? '', header?.value ?? ''] as const);
  return (spans, done) => {
    const headers = new HeaderMap();
    headers.add('content-type', 'application/x-protobuf');
    headers.add('user-agent', 'OTel-OTLP-Exporter-Trysail');
    for (const [name, value] of extra) headers.set(name.toLowerCase(), value);
    const request = { method: 'POST', path: rest || '/', authority, headers, body: encode(spans) };
    client.send(cluster, request, timeout_ms, (result) => {
      if (result.kind === 'answer') done(result.status >= 200 && result.status < 300 ? 'sent' : 'dropped');
      else done(result.reason === 'no_cluster' ? 'no_cluster' : 'dropped');
    });
  };
}

function grpcSender(
  client: ClusterClient,
  service: NonNullable<OpenTelemetryConfig['grpcService']>,
  encode: Encode,
  path: string,
): SendSpans {
  if (service.targetSpecifier.case !== 'envoyGrpc') throw new ConfigError(path, 'only envoy_grpc is supported');
  const { clusterName, authority } = service.targetSpecifier.value;
  if (clusterName === '') throw new ConfigError(`${path}.envoy_grpc.cluster_name`, 'a cluster is needed');
  const method = {
    cluster: clusterName,
    authority,
    path: GRPC_PATH,
    metadata: service.initialMetadata.map(({ key, value }) => [key, value] as const),
    timeout_ms: milliseconds(service.timeout, TIMEOUT_MS),
  };
  return (spans, done) => {
    unaryGrpc(client, method, encode(spans), (result) => {
      if (result.kind === 'message') done('sent');
      else done(result.kind === 'failure' && result.reason === 'no_cluster' ? 'no_cluster' : 'dropped');
    });
  };
}
