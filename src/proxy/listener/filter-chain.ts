import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import { toBinary } from '@bufbuild/protobuf';
import { WheelTimer } from '../../base/timer-wheel.js';
import {
  type FilterChain as Config,
  FilterChainSchema,
} from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { milliseconds } from '../config/duration.js';
import type { ProxyContext } from '../context.js';
import { compileNetworkFilters, type NetworkFilterEnvironment } from '../filters/network-filters.js';
import type { ConnectionInfo } from '../http/stream-info.js';
import type { DownstreamTls } from '../tls/downstream-tls.js';
import { compileDownstreamTransport } from '../tls/downstream-transport.js';
import { contain } from './contain.js';
import type { DrainDecision } from './drain-sequence.js';
import { compileCriteria } from './filter-chain-match.js';
import type { ListenerStats } from './listener-stats.js';
import type { Admission, GateFilter, NetworkFilter } from './network-filter.js';

/** What a filter chain is compiled with. */
export interface FilterChainEnvironment extends NetworkFilterEnvironment {
  readonly stats: ListenerStats;
}

/** A compiled filter chain and the connections that it has. */
export class FilterChain {
  readonly name: string;
  readonly criteria: ReturnType<typeof compileCriteria>;
  /** Equal for equal configurations. */
  readonly fingerprint: string;
  readonly tls: DownstreamTls | undefined;
  /** Routes that it needs from RDS. */
  readonly routeNames: ReadonlySet<string>;
  private readonly context: ProxyContext;
  private readonly stats: ListenerStats;
  private readonly early: readonly GateFilter[];
  private readonly late: readonly GateFilter[];
  private readonly last: NetworkFilter;
  private readonly handshakeTimeout_ms: number;

  static fingerprintOf(config: Config): string {
    return createHash('sha256').update(toBinary(FilterChainSchema, config)).digest('base64');
  }

  /** @throws ConfigError */
  constructor(config: Config, environment: FilterChainEnvironment, path: string) {
    this.name = config.name;
    this.context = environment.context;
    this.stats = environment.stats;
    this.fingerprint = FilterChain.fingerprintOf(config);
    const routeNames = new Set<string>();
    this.routeNames = routeNames;
    this.criteria = compileCriteria(config.filterChainMatch, `${path}.filter_chain_match`);
    this.handshakeTimeout_ms = milliseconds(config.transportSocketConnectTimeout, 0);
    const { gates, last } = compileNetworkFilters(
      config.filters,
      {
        ...environment,
        routes(rds, statPrefix, at) {
          routeNames.add(rds.routeConfigName);
          return environment.routes(rds, statPrefix, at);
        },
      },
      `${path}.filters`,
    );
    this.early = gates.filter(({ early }) => early);
    this.late = gates.filter(({ early }) => !early);
    this.last = last;
    this.tls = compileDownstreamTransport(config.transportSocket, environment, `${path}.transport_socket`);
  }

  /** @param initial bytes that listener filters read already */
  accept(socket: Socket, info: ConnectionInfo, initial: Buffer | undefined): void {
    if (!this.admit(this.early, socket, info)) return;
    if (this.tls === undefined) {
      if (this.admit(this.late, socket, info)) this.last.accept(socket, info, this.name, initial);
      return;
    }
    this.handshake(this.tls, socket, info, initial);
  }

  drain(closes: DrainDecision): void {
    this.last.drain(closes);
  }

  close(): void {
    this.last.close();
  }

  /** Ends everything; secrets are no longer followed. */
  destroy(): void {
    this.last.destroy();
    this.tls?.close();
  }

  private handshake(tls: DownstreamTls, socket: Socket, info: ConnectionInfo, initial: Buffer | undefined): void {
    const { wheel } = this.context;
    const timer = new WheelTimer(() => {
      this.stats.counters.downstream_cx_transport_socket_connect_timeout.value++;
      info.transportFailure = 'transport socket timeout was reached';
      socket.destroy();
    });
    if (this.handshakeTimeout_ms > 0) wheel.arm(timer, this.handshakeTimeout_ms);
    tls.accept(
      socket,
      info,
      initial,
      (secured) => {
        wheel.cancel(timer);
        contain(this.context, secured, () => {
          if (this.admit(this.late, secured, info)) this.last.accept(secured, info, this.name, undefined);
        });
      },
      () => {
        wheel.cancel(timer);
        socket.destroy();
      },
    );
  }

  private admit(gates: readonly GateFilter[], socket: Socket, info: ConnectionInfo): boolean {
    for (const gate of gates) {
      const admission = gate.admit(info, (ended) => socket.once('close', ended));
      if (admission === 'pass') continue;
      this.refuse(socket, admission);
      return false;
    }
    return true;
  }

  private refuse(socket: Socket, admission: Exclude<Admission, 'pass'>): void {
    socket.on('error', () => {});
    if (admission === 'close' || admission.after_ms <= 0) return void socket.destroy();
    const { wheel } = this.context;
    const timer = new WheelTimer(() => socket.destroy());
    wheel.arm(timer, admission.after_ms);
    socket.once('close', () => wheel.cancel(timer));
  }
}
