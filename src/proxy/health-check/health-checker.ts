import type { HealthCheck } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import { CodecClientType } from '../../xds/types/gen/envoy/type/v3/http_pb.js';
import type { ClusterStats } from '../cluster/cluster-stats.js';
import type { Host } from '../cluster/host.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import type { ConnectionSettings } from '../pool/connection-settings.js';
import { CheckTiming } from './check-timing.js';
import { GrpcQuestion } from './grpc-question.js';
import { type HealthRules, HealthSession } from './health-session.js';
import { HealthStats } from './health-stats.js';
import { HttpQuestion } from './http-question.js';
import { HttpSpec } from './http-spec.js';
import { Http1Probe } from './http1-probe.js';
import { Http2Probe } from './http2-probe.js';
import type { ProbeFactory } from './probe.js';
import { ProbeDialer } from './probe-connection.js';
import { compileTcpProbe } from './tcp-probe.js';

const PATH = 'health_checks[0]';

/** Asks the hosts of a cluster again and again whether they are well. */
export class HealthChecker {
  private readonly sessions = new Map<Host, HealthSession>();
  private readonly stats: HealthStats;
  private readonly rules: HealthRules;
  private readonly makeProbe: ProbeFactory;

  /** @throws ConfigError */
  constructor(
    private readonly context: ProxyContext,
    cluster: string,
    config: HealthCheck,
    settings: ConnectionSettings,
    clusterStats: ClusterStats,
    onChecked: (host: Host, changed: boolean) => void,
  ) {
    this.stats = new HealthStats(clusterStats);
    this.rules = {
      unhealthyThreshold: threshold(config.unhealthyThreshold, 'unhealthy_threshold'),
      healthyThreshold: threshold(config.healthyThreshold, 'healthy_threshold'),
      timing: new CheckTiming(config, context.random, PATH),
      hasTraffic: () => clusterStats.counters.upstream_cx_total.value > 0,
      onChecked,
    };
    this.makeProbe = compileProbe(config, cluster, context, settings, this.stats);
  }

  /** Every host had its first check. */
  get settled(): boolean {
    for (const session of this.sessions.values()) if (session.first) return false;
    return true;
  }

  /** The hosts are these now. */
  update(hosts: readonly Host[]): void {
    const checked = new Set(hosts.filter((host) => !host.unchecked));
    for (const [host, session] of this.sessions) {
      if (checked.has(host)) continue;
      session.stop();
      this.sessions.delete(host);
    }
    for (const host of checked) {
      if (this.sessions.has(host)) continue;
      const session = new HealthSession(this.context, host, this.makeProbe(host), this.rules, this.stats);
      this.sessions.set(host, session);
      session.start();
    }
  }

  /** An answer to a request said that its host is to be left alone at once. */
  onImmediateFailure(host: Host): void {
    this.sessions.get(host)?.onImmediateFailure();
  }

  stop(): void {
    for (const session of this.sessions.values()) session.stop();
    this.sessions.clear();
  }
}

function compileProbe(
  config: HealthCheck,
  cluster: string,
  context: ProxyContext,
  settings: ConnectionSettings,
  stats: HealthStats,
): ProbeFactory {
  const reuse = config.reuseConnection ?? true;
  const kind = config.healthChecker;
  const dialer = (alpn: readonly string[]): ProbeDialer =>
    new ProbeDialer(context, settings, config.altPort ?? 0, config.tlsOptions?.alpnProtocols ?? alpn);
  switch (kind.case) {
    case 'httpHealthCheck': {
      const h2 = kind.value.codecClientType === CodecClientType.HTTP2;
      if (kind.value.codecClientType === CodecClientType.HTTP3) {
        throw new ConfigError(`${PATH}.http_health_check.codec_client_type`, 'HTTP3 is not supported');
      }
      const verified = (): void => {
        stats.verifyCluster.value++;
      };
      const protocol = h2 ? 'HTTP/2' : 'HTTP/1.1';
      const spec = new HttpSpec(kind.value, cluster, protocol, verified, `${PATH}.http_health_check`);
      const dial = dialer(h2 ? ['h2'] : []);
      if (!h2) return (host) => new Http1Probe(host, dial, spec, reuse);
      return (host) => new Http2Probe(host, dial, new HttpQuestion(spec), reuse);
    }
    case 'tcpHealthCheck':
      return compileTcpProbe(kind.value, dialer([]), reuse, `${PATH}.tcp_health_check`);
    case 'grpcHealthCheck': {
      const question = new GrpcQuestion(kind.value, cluster);
      const dial = dialer(['h2']);
      return (host) => new Http2Probe(host, dial, question, reuse);
    }
    default:
      throw new ConfigError(PATH, 'needs http_health_check, tcp_health_check or grpc_health_check');
  }
}

function threshold(value: number | undefined, name: string): number {
  if (value === undefined) throw new ConfigError(`${PATH}.${name}`, 'must be set');
  return value;
}
