import type { Cluster as ClusterConfig } from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { HttpProtocolOptionsSchema } from '../../xds/types/gen/envoy/extensions/upstreams/http/v3/http_protocol_options_pb.js';
import { milliseconds } from '../config/duration.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import { compileServerIdentity } from '../pool/server-identity.js';
import type { TransportSocket } from '../pool/transport-socket.js';
import { compileUpstreamProtocol } from '../pool/upstream-protocol.js';

/** Of an answer's head: Envoy's defaults. */
const HEAD_BYTES_MAX = 60 * 1024;
const FIELD_COUNT_MAX = 100;
const CONNECT_TIMEOUT_MS = 5_000;
const IDLE_TIMEOUT_MS = 3_600_000;
const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const MILLISECONDS_PER_SECOND = 1_000;
const SOL_SOCKET = 1;
const SO_MARK = 36;

/** Today's place of each setting first, then the deprecated one that Envoy still reads. */
export function compileConnectionSettings(
  config: ClusterConfig,
  transportSocket: TransportSocket | undefined,
): ConnectionSettings {
  const packed = config.typedExtensionProtocolOptions[HTTP_OPTIONS];
  const options = packed === undefined ? undefined : unpack(packed, HttpProtocolOptionsSchema);
  const common = options?.commonHttpProtocolOptions ?? config.commonHttpProtocolOptions;
  const { protocol, http1, http2 } = compileUpstreamProtocol(config, options);
  const bind = config.upstreamBindConfig;
  const mark = bind?.socketOptions.find(
    (option) => Number(option.level) === SOL_SOCKET && Number(option.name) === SO_MARK,
  );
  const other = bind?.socketOptions.findIndex((option) => option !== mark) ?? -1;
  if (other !== -1) throw new ConfigError(`upstream_bind_config.socket_options[${other}]`, 'only SO_MARK is supported');
  return {
    connectTimeout_ms: milliseconds(config.connectTimeout, CONNECT_TIMEOUT_MS),
    idleTimeout_ms: milliseconds(common?.idleTimeout, IDLE_TIMEOUT_MS),
    maxConnectionDuration_ms: milliseconds(common?.maxConnectionDuration, 0),
    maxRequestsPerConnection: common?.maxRequestsPerConnection ?? config.maxRequestsPerConnection ?? 0,
    mark: mark?.value.case === 'intValue' ? Number(mark.value.value) : undefined,
    localAddress: bind?.sourceAddress?.address,
    keepalive_ms: keepaliveOf(config),
    http1,
    transportSocket,
    identityOf:
      transportSocket === undefined
        ? undefined
        : compileServerIdentity(options?.upstreamHttpProtocolOptions ?? config.upstreamHttpProtocolOptions),
    protocol,
    http2,
    head_bytes_max: HEAD_BYTES_MAX,
    field_count_max: common?.maxHeadersCount ?? FIELD_COUNT_MAX,
  };
}

/** Undefined where nobody asks whether the endpoint is still there. */
function keepaliveOf({ upstreamConnectionOptions: options }: ClusterConfig): number | undefined {
  const keepalive = options?.tcpKeepalive;
  return keepalive && (keepalive.keepaliveTime ?? 0) * MILLISECONDS_PER_SECOND;
}
