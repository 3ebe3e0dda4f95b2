import type { Socket } from 'node:net';
import { WheelTimer } from '../../base/timer-wheel.js';
import type { FilterChain as FilterChainConfig } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import type { Listener as ListenerConfig } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { milliseconds } from '../config/duration.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { compileListenerFilters } from '../filters/listener-filters.js';
import { compileNetworkFilters, type NetworkFilterEnvironment } from '../filters/network-filters.js';
import { ORIGINAL_DST } from '../filters/original-dst.js';
import { ConnectionInfo } from '../http/stream-info.js';
import { formatAddress, plainAddress } from '../network.js';
import { chooseChain, compileCriteria } from './filter-chain-match.js';
import type { ListenerFilter } from './listener-filter.js';
import type { NetworkFilter } from './network-filter.js';

/** Envoy's default, and the most bytes that listener filters look at. */
const LISTENER_FILTERS_TIMEOUT_MS = 15_000;
const INSPECTED_BYTES_MAX = 64 * 1024;

interface FilterChain {
  readonly name: string;
  readonly criteria: ReturnType<typeof compileCriteria>;
  readonly filter: NetworkFilter;
}

/** Finds the listener to which a captured connection is handed, by where it wanted to go. */
export type HandOff = (address: string, port: number) => Listener | undefined;

/** A compiled listener: what happens with each connection. It does not own the listening socket. */
export class Listener {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly bind: boolean;
  private readonly chains: readonly FilterChain[];
  private readonly fallback: FilterChain | undefined;
  private readonly filters: readonly ListenerFilter[];
  private readonly timeout_ms: number;
  private readonly continueOnTimeout: boolean;
  private readonly useOriginalDst: boolean;
  private readonly cxTotal;
  private readonly cxActive;
  private readonly noChain;
  private readonly filterTimeout;

  /** @throws ConfigError */
  constructor(
    private readonly context: ProxyContext,
    readonly config: ListenerConfig,
    environment: NetworkFilterEnvironment,
    private readonly handOff: HandOff,
  ) {
    const address = config.address?.address;
    if (address?.case !== 'socketAddress' || address.value.portSpecifier.case !== 'portValue') {
      throw new ConfigError('address', 'a listener needs a socket_address with port_value');
    }
    this.name = config.name;
    this.address = address.value.address;
    this.port = address.value.portSpecifier.value;
    this.bind = config.bindToPort ?? true;
    this.useOriginalDst = config.useOriginalDst ?? false;
    this.timeout_ms = milliseconds(config.listenerFiltersTimeout, LISTENER_FILTERS_TIMEOUT_MS);
    this.continueOnTimeout = config.continueOnListenerFiltersTimeout;
    const filters = compileListenerFilters(config.listenerFilters, 'listener_filters');
    // As Envoy: the flag alone brings the filter, after those that the listener names.
    this.filters = this.useOriginalDst ? [...filters, ORIGINAL_DST] : filters;
    this.chains = config.filterChains.map((chain, i) => compileChain(chain, environment, `filter_chains[${i}]`));
    this.fallback =
      config.defaultFilterChain === undefined
        ? undefined
        : compileChain(config.defaultFilterChain, environment, 'default_filter_chain');
    if (this.chains.length === 0 && this.fallback === undefined)
      throw new ConfigError('filter_chains', 'no filter chains specified');
    const prefix = `listener.${config.statPrefix || formatAddress(this.address, this.port).replaceAll(':', '_').replaceAll(/[[\]]/g, '')}`;
    const { stats } = context;
    this.cxTotal = stats.counter(`${prefix}.downstream_cx_total`);
    this.cxActive = stats.gauge(`${prefix}.downstream_cx_active`);
    this.noChain = stats.counter(`${prefix}.no_filter_chain_match`);
    this.filterTimeout = stats.counter(`${prefix}.downstream_pre_cx_timeout`);
  }

  accept(socket: Socket): void {
    const info = new ConnectionInfo(
      plainAddress(socket.remoteAddress),
      socket.remotePort ?? 0,
      plainAddress(socket.localAddress),
      socket.localPort ?? 0,
    );
    this.cxTotal.value++;
    this.cxActive.value++;
    socket.once('close', () => this.cxActive.value--);
    this.inspect(socket, info, 0, undefined);
  }

  /** Connections that it accepted and that are open. */
  get openConnections(): number {
    return this.cxActive.value;
  }

  drain(): void {
    for (const filter of this.networkFilters()) filter.drain();
  }

  close(): void {
    for (const filter of this.networkFilters()) filter.close();
  }

  destroy(): void {
    for (const filter of this.networkFilters()) filter.destroy();
  }

  private networkFilters(): readonly NetworkFilter[] {
    const chains = this.fallback === undefined ? this.chains : [...this.chains, this.fallback];
    return chains.map((chain) => chain.filter);
  }

  /** Runs the listener filters from one on, as far as the bytes that are there allow. */
  private inspect(socket: Socket, info: ConnectionInfo, from: number, bytes: Buffer | undefined): void {
    let left = bytes;
    for (let i = from; i < this.filters.length; i++) {
      const filter = this.filters[i]!;
      if (filter.reads && left === undefined) {
        this.readMore(socket, info, i, undefined);
        return;
      }
      const verdict = filter.inspect(left ?? EMPTY, info, socket, this.context.sockets);
      if (verdict.kind === 'refuse') return void socket.destroy();
      if (verdict.kind === 'more') {
        this.readMore(socket, info, i, left);
        return;
      }
      if (verdict.consumed > 0 && left !== undefined) left = left.subarray(verdict.consumed);
      if (left?.length === 0) left = undefined;
    }
    this.dispatch(socket, info, left);
  }

  private readMore(socket: Socket, info: ConnectionInfo, filter: number, bytes: Buffer | undefined): void {
    if (bytes !== undefined && bytes.length > INSPECTED_BYTES_MAX) return void socket.destroy();
    const { wheel } = this.context;
    const stop = (): void => {
      wheel.cancel(timer);
      socket.pause();
      socket.off('data', onData);
      socket.off('end', onEnd);
      socket.off('error', onEnd);
    };
    const timer = new WheelTimer(() => {
      stop();
      this.filterTimeout.value++;
      if (this.continueOnTimeout) this.dispatch(socket, info, bytes);
      else socket.destroy();
    });
    const onData = (chunk: Buffer): void => {
      stop();
      this.inspect(socket, info, filter, bytes === undefined ? chunk : Buffer.concat([bytes, chunk]));
    };
    const onEnd = (): void => {
      stop();
      socket.destroy();
    };
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('error', onEnd);
    socket.resume();
    if (this.timeout_ms > 0) wheel.arm(timer, this.timeout_ms);
  }

  private dispatch(socket: Socket, info: ConnectionInfo, initial: Buffer | undefined): void {
    if (this.useOriginalDst && info.restored) {
      const other = this.handOff(info.localAddress, info.localPort);
      if (other !== undefined && other !== this) {
        other.inspect(socket, info, 0, initial);
        return;
      }
    }
    const chain = chooseChain(this.chains, info) ?? this.fallback;
    if (chain === undefined) {
      this.noChain.value++;
      socket.destroy();
      return;
    }
    chain.filter.accept(socket, info, chain.name, initial);
  }
}

const EMPTY = Buffer.alloc(0);

function compileChain(config: FilterChainConfig, environment: NetworkFilterEnvironment, path: string): FilterChain {
  return {
    name: config.name,
    criteria: compileCriteria(config.filterChainMatch),
    filter: compileNetworkFilters(config.filters, environment, `${path}.filters`),
  };
}
