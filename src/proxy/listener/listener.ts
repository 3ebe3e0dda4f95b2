import type { Socket } from 'node:net';
import { clone, equals } from '@bufbuild/protobuf';
import { TrafficDirection } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import {
  Listener_DrainType as DrainType,
  type Listener as ListenerConfig,
  ListenerSchema,
} from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import type { AccessLog } from '../access-log/access-log.js';
import { compileAccessLogs } from '../access-log/compile.js';
import { milliseconds } from '../config/duration.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { compileListenerFilters } from '../filters/listener-filters.js';
import type { NetworkFilterEnvironment } from '../filters/network-filters.js';
import { ORIGINAL_DST } from '../filters/original-dst.js';
import { FLAG } from '../http/response-flags.js';
import { ConnectionInfo, StreamInfo } from '../http/stream-info.js';
import { isPipe, plainAddress } from '../network.js';
import { type GlobalConnections, listenerLimit } from './connection-budget.js';
import type { DrainDecision } from './drain-sequence.js';
import { FilterChain } from './filter-chain.js';
import { chooseChain, matchKeys } from './filter-chain-match.js';
import { Inspection, type InspectionSettings } from './inspection.js';
import { compileListenerAddress, type ListenerAddress, statPrefixOf } from './listener-address.js';
import { ListenerStats } from './listener-stats.js';
import { compileSocketOptions } from './socket-options.js';

/** Envoy's defaults. */
const LISTENER_FILTERS_TIMEOUT_MS = 15_000;
const BUFFER_LIMIT_BYTES = 1024 * 1024;

const NONE: ReadonlySet<FilterChain> = new Set();

/** Finds the listener to which a captured connection is handed, by where it wanted to go. */
export type HandOff = (address: string, port: number) => Listener | undefined;

/** What listeners are compiled with. */
export interface ListenerEnvironment
  extends Omit<NetworkFilterEnvironment, 'egress' | 'bufferLimit_bytes' | 'statPrefix'> {
  readonly global: GlobalConnections;
  readonly handOff: HandOff;
}

/** A compiled listener: what happens with each connection. It does not own the listening sockets. */
export class Listener {
  readonly name: string;
  readonly bind: boolean;
  /** The first is the listener's own. */
  readonly addresses: readonly ListenerAddress[];
  readonly chains: readonly FilterChain[];
  readonly fallback: FilterChain | undefined;
  /** `/healthcheck/fail` drains it, too. */
  readonly drainsOnFailedHealth: boolean;
  private readonly context: ProxyContext;
  private readonly inspection: InspectionSettings;
  private readonly useOriginalDst: boolean;
  private readonly stats: ListenerStats;
  private readonly limit: () => number;
  private readonly prepare: ((socket: Socket) => void) | undefined;
  private readonly logs: readonly AccessLog[];
  private open = 0;

  /**
   * @param replaced the listener that this one takes the place of: where nothing but filter chains differ, those that are equal go on
   * @throws ConfigError
   */
  constructor(
    readonly config: ListenerConfig,
    private readonly environment: ListenerEnvironment,
    replaced: Listener | undefined,
  ) {
    this.context = environment.context;
    const { stats, runtime } = this.context;
    this.name = config.name;
    this.addresses = [
      compileListenerAddress(config.address, 'address'),
      ...config.additionalAddresses.map(({ address }, i) =>
        compileListenerAddress(address, `additional_addresses[${i}].address`),
      ),
    ];
    this.bind = config.bindToPort ?? true;
    this.useOriginalDst = config.useOriginalDst ?? false;
    this.drainsOnFailedHealth = config.drainType === DrainType.DEFAULT;
    const statPrefix = statPrefixOf(config.statPrefix, this.addresses[0]!);
    this.stats = new ListenerStats(stats, statPrefix);
    const filters = compileListenerFilters(config.listenerFilters, this.context, 'listener_filters');
    this.inspection = {
      context: this.context,
      stats: this.stats,
      // As Envoy: the flag alone brings the filter, after those that the listener names.
      filters: this.useOriginalDst ? [...filters, ORIGINAL_DST] : filters,
      timeout_ms: milliseconds(config.listenerFiltersTimeout, LISTENER_FILTERS_TIMEOUT_MS),
      continueOnTimeout: config.continueOnListenerFiltersTimeout,
    };
    this.limit = listenerLimit(runtime, config.name);
    this.prepare = compileSocketOptions(config.socketOptions, 'socket_options');
    this.logs = compileAccessLogs(config.accessLog, this.context, 'access_log');
    checkChains(config);
    const known = new Map(
      replaced !== undefined && differInChainsOnly(config, replaced.config)
        ? replaced.allChains.map((chain) => [chain.fingerprint, chain])
        : [],
    );
    const egress = config.trafficDirection === TrafficDirection.OUTBOUND;
    const compile = (chain: ListenerConfig['filterChains'][number], path: string): FilterChain => {
      const bufferLimit_bytes = config.perConnectionBufferLimitBytes ?? BUFFER_LIMIT_BYTES;
      const made = { ...environment, egress, bufferLimit_bytes, stats: this.stats, statPrefix };
      return known.get(FilterChain.fingerprintOf(chain)) ?? new FilterChain(chain, made, path);
    };
    this.chains = config.filterChains.map((chain, i) => compile(chain, `filter_chains[${i}]`));
    this.fallback =
      config.defaultFilterChain === undefined ? undefined : compile(config.defaultFilterChain, 'default_filter_chain');
  }

  get allChains(): readonly FilterChain[] {
    return this.fallback === undefined ? this.chains : [...this.chains, this.fallback];
  }

  /** Whether its secrets are there; `done` is called when one that was missing came. */
  ready(done: () => void): boolean {
    const missing = this.allChains.flatMap(({ tls }) => tls ?? []).find(({ ready }) => !ready);
    missing?.whenReady(done);
    return missing === undefined;
  }

  /** Connections that it accepted and that are open. */
  get openConnections(): number {
    return this.open;
  }

  accept(socket: Socket): void {
    const { global } = this.environment;
    if (this.open >= this.limit()) {
      this.stats.counters.downstream_cx_overflow.value++;
      socket.destroy();
      return;
    }
    if (global.full && !this.config.ignoreGlobalConnLimit) {
      this.stats.counters.downstream_global_cx_overflow.value++;
      socket.destroy();
      return;
    }
    this.open++;
    global.active++;
    socket.once('close', () => {
      this.open--;
      global.active--;
    });
    this.prepare?.(socket);
    const pipe = this.addresses.find(({ address }) => isPipe(address) && socket.localAddress === undefined)?.address;
    const info = new ConnectionInfo(
      pipe ?? plainAddress(socket.remoteAddress),
      socket.remotePort ?? 0,
      pipe ?? plainAddress(socket.localAddress),
      socket.localPort ?? 0,
    );
    this.inspect(socket, info, undefined);
  }

  get address(): string {
    return this.addresses[0]!.address;
  }

  get port(): number {
    return this.addresses[0]!.port;
  }

  get routeNames(): readonly string[] {
    return this.allChains.flatMap(({ routeNames }) => [...routeNames]);
  }

  /** Chains that are kept are left as they are. */
  drain(closes: DrainDecision, kept: ReadonlySet<FilterChain> = NONE): void {
    for (const chain of this.allChains) if (!kept.has(chain)) chain.drain(closes);
  }

  close(): void {
    for (const chain of this.allChains) chain.close();
  }

  destroy(kept: ReadonlySet<FilterChain> = NONE): void {
    for (const chain of this.allChains) if (!kept.has(chain)) chain.destroy();
  }

  private inspect(socket: Socket, info: ConnectionInfo, bytes: Buffer | undefined): void {
    if (this.inspection.filters.length === 0) {
      this.dispatch(socket, info, bytes);
      return;
    }
    new Inspection(this.inspection, socket, info, bytes, (left) => this.dispatch(socket, info, left)).start();
  }

  private dispatch(socket: Socket, info: ConnectionInfo, initial: Buffer | undefined): void {
    if (this.useOriginalDst && info.restored) {
      const other = this.environment.handOff(info.localAddress, info.localPort);
      if (other !== undefined && other !== this) {
        other.inspect(socket, info, initial);
        return;
      }
    }
    const chain = chooseChain(this.chains, info) ?? this.fallback;
    if (chain === undefined) {
      this.stats.counters.no_filter_chain_match.value++;
      socket.on('error', () => {});
      // bytes that Envoy only looked at are unread when it closes
      if (initial === undefined) socket.destroy();
      else socket.resetAndDestroy();
      if (this.logs.length > 0) this.log(this.streamInfo(info, ''), FLAG.noRoute);
      return;
    }
    this.count(socket, info, chain.name);
    chain.accept(socket, info, initial);
  }

  private count(socket: Socket, info: ConnectionInfo, chainName: string): void {
    const { clock } = this.context;
    const began_ms = clock.monotonic_ms();
    const stream = this.logs.length === 0 ? undefined : this.streamInfo(info, chainName);
    this.stats.opened();
    socket.once('close', () => {
      this.stats.closed(clock.monotonic_ms() - began_ms);
      if (stream !== undefined) this.log(stream, 0);
    });
  }

  private streamInfo(info: ConnectionInfo, chainName: string): StreamInfo {
    const stream = new StreamInfo(info, chainName);
    stream.metadataSet = info.metadataSet;
    stream.start_ms = this.context.clock.monotonic_ms();
    stream.startWall_ms = this.context.clock.now();
    return stream;
  }

  private log(stream: StreamInfo, flag: number): void {
    stream.flags |= flag;
    stream.end_ms = this.context.clock.monotonic_ms();
    for (const log of this.logs) log.write(stream);
  }
}

/** Envoy: then the update is made in place. */
export function differInChainsOnly(a: ListenerConfig, b: ListenerConfig): boolean {
  return equals(ListenerSchema, withoutChains(a), withoutChains(b));
}

function withoutChains(config: ListenerConfig): ListenerConfig {
  const rest = clone(ListenerSchema, config);
  rest.filterChains = [];
  delete rest.defaultFilterChain;
  return rest;
}

function checkChains(config: ListenerConfig): void {
  if (config.filterChains.length === 0 && config.defaultFilterChain === undefined)
    throw new ConfigError('filter_chains', 'no filter chains specified');
  const seen = new Map<string, string>();
  config.filterChains.forEach(({ name, filterChainMatch }, i) => {
    for (const key of matchKeys(filterChainMatch)) {
      const other = seen.get(key);
      if (other !== undefined) {
        throw new ConfigError(
          `filter_chains[${i}].filter_chain_match`,
          `filter chain '${name}' has the same matching rules defined as '${other}'`,
        );
      }
      seen.set(key, name);
    }
  });
}
