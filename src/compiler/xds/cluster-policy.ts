import type { Any } from '@bufbuild/protobuf/wkt';
import type { ClientTls, ConnectionPool, TrafficPolicy } from '../../resources/istio/destinationrule/types.js';
import { duration_ms } from '../../resources/istio/duration.js';
import type { CircuitBreakersSchema } from '../../xds/types/gen/envoy/config/cluster/v3/circuit_breaker_pb.js';
import { HttpProtocolOptionsSchema } from '../../xds/types/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { mayBeHttp } from '../model/protocol.js';
import type { Protocol } from '../model/types.js';
import { anyOf, type Init } from './resource.js';
import { durationOf } from './values.js';

/** Istio's "no limit": Envoy's own defaults of 1024 (3 for retries) would be limits that nobody asked for. */
const NO_LIMIT = 4_294_967_295;
const HTTP_PROTOCOL_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
/** Istio's defaults for a retryBudget that leaves them open. */
const RETRY_BUDGET_PERCENT = 20;
const RETRY_CONCURRENCY_MIN = 3;

/** A number of 0 is no limit. */
export function circuitBreakers(
  pool: ConnectionPool | undefined,
  budget?: TrafficPolicy['retryBudget'],
): Init<typeof CircuitBreakersSchema> {
  const { tcp, http } = pool ?? {};
  const retryBudget = budget && {
    budgetPercent: { value: budget.percent ?? RETRY_BUDGET_PERCENT },
    minRetryConcurrency: budget.minRetryConcurrency || RETRY_CONCURRENCY_MIN,
  };
  return {
    thresholds: [
      {
        maxConnections: tcp?.maxConnections || NO_LIMIT,
        maxPendingRequests: http?.http1MaxPendingRequests || NO_LIMIT,
        maxRequests: http?.http2MaxRequests || NO_LIMIT,
        maxRetries: http?.maxRetries || NO_LIMIT,
        ...(retryBudget ? { retryBudget } : {}),
      },
    ],
  };
}

/** Whether endpoints are spoken to in HTTP/2, whatever the client speaks. */
export function speaksHttp2(protocol: Protocol, pool: ConnectionPool | undefined): boolean {
  if (pool?.http?.useClientProtocol || protocol === 'auto') return false;
  return protocol === 'http2' || pool?.http?.h2UpgradePolicy === 'UPGRADE';
}

type Options = Init<typeof HttpProtocolOptionsSchema>;

/** By extension name; empty where Envoy's defaults do. */
export function httpProtocolOptions(
  protocol: Protocol,
  pool: ConnectionPool | undefined,
  tls?: ClientTls,
): Record<string, Any> {
  const common = commonOptions(pool);
  const identity = tls && serverIdentity(tls);
  const own = upstreamProtocol(protocol, pool);
  if (!own && !common && !identity) return {};
  const options = anyOf(HttpProtocolOptionsSchema, {
    ...(common ? { commonHttpProtocolOptions: common } : {}),
    ...(identity ? { upstreamHttpProtocolOptions: identity } : {}),
    upstreamProtocolOptions: own ?? HTTP1,
  });
  return { [HTTP_PROTOCOL_OPTIONS]: options };
}

const HTTP1: Options['upstreamProtocolOptions'] = {
  case: 'explicitHttpConfig',
  value: { protocolConfig: { case: 'httpProtocolOptions', value: {} } },
};

function upstreamProtocol(
  protocol: Protocol,
  pool: ConnectionPool | undefined,
): Options['upstreamProtocolOptions'] | undefined {
  // What is sniffed goes on in the version of HTTP in which it came.
  if (protocol === 'auto' || (pool?.http?.useClientProtocol && mayBeHttp(protocol))) {
    return {
      case: 'useDownstreamProtocolConfig',
      value: { httpProtocolOptions: {}, http2ProtocolOptions: {} },
    };
  }
  if (!speaksHttp2(protocol, pool)) return undefined;
  const { maxConcurrentStreams, http2KeepAlive: keepalive } = pool?.http ?? {};
  const value = {
    ...(maxConcurrentStreams ? { maxConcurrentStreams } : {}),
    ...(keepalive?.interval && keepalive.timeout
      ? {
          connectionKeepalive: {
            interval: durationOf(duration_ms(keepalive.interval)),
            timeout: durationOf(duration_ms(keepalive.timeout)),
          },
        }
      : {}),
  };
  return { case: 'explicitHttpConfig', value: { protocolConfig: { case: 'http2ProtocolOptions', value } } };
}

function commonOptions(pool: ConnectionPool | undefined): Options['commonHttpProtocolOptions'] {
  const { tcp, http } = pool ?? {};
  const idleTimeout = http?.idleTimeout ?? tcp?.idleTimeout;
  const maxDuration = tcp?.maxConnectionDuration;
  const maxRequestsPerConnection = http?.maxRequestsPerConnection;
  if (!idleTimeout && !maxDuration && !maxRequestsPerConnection) return undefined;
  return {
    ...(idleTimeout ? { idleTimeout: durationOf(duration_ms(idleTimeout)) } : {}),
    ...(maxDuration ? { maxConnectionDuration: durationOf(duration_ms(maxDuration)) } : {}),
    ...(maxRequestsPerConnection ? { maxRequestsPerConnection } : {}),
  };
}

/** A rule that names no server means the one that the request is for. */
function serverIdentity(tls: ClientTls): Options['upstreamHttpProtocolOptions'] {
  const originates = tls.mode === 'SIMPLE' || tls.mode === 'MUTUAL';
  if (!originates || tls.sni) return undefined;
  const autoSanValidation = !tls.insecureSkipVerify && !tls.subjectAltNames?.length;
  return { autoSni: true, ...(autoSanValidation ? { autoSanValidation } : {}) };
}
