import { HeaderMap } from '../../wire/http1/index.js';
import type { TcpProxy_TunnelingConfig as Config } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import { ConfigError } from '../errors.js';
import { compileFormat, type Formatter } from '../format/formatter.js';
import { compileMutations, type HeaderMutation } from '../format/header-mutations.js';
import type { StreamInfo } from '../http/stream-info.js';
import type { ConnectionPool, PoolClient, PoolFailure } from '../pool/connection-pool.js';
import type { Exchange, ResponseHead, UpstreamStream } from '../pool/upstream-stream.js';
import type { TcpLink, TcpLinkReady } from './tcp-link.js';
import { TunnelStream } from './tunnel-stream.js';

/** Compiled `tunneling_config`: how the endpoint, an HTTP proxy, is asked. */
export interface TunnelRequest {
  readonly hostname: Formatter;
  /** CONNECT when undefined. */
  readonly postPath: string | undefined;
  readonly mutate: HeaderMutation | undefined;
}

/** @throws ConfigError */
export function compileTunnel(config: Config, path: string): TunnelRequest {
  const { hostname, usePost, postPath, headersToAdd } = config;
  if (hostname === '') throw new ConfigError(`${path}.hostname`, 'must not be empty');
  if (!usePost && postPath !== '') throw new ConfigError(`${path}.post_path`, 'needs use_post');
  if (postPath !== '' && !postPath.startsWith('/')) throw new ConfigError(`${path}.post_path`, 'must begin with /');
  return {
    hostname: compileFormat(hostname, `${path}.hostname`),
    postPath: usePost ? postPath || '/' : undefined,
    mutate: compileMutations(headersToAdd, [], `${path}.headers_to_add`),
  };
}

/** A connection of a `tcp_proxy` through an HTTP proxy: the bodies of a CONNECT or POST are its bytes (RFC 9110 §9.3.6). */
export class TcpTunnel implements TcpLink, PoolClient, Exchange {
  private readonly pool: ConnectionPool;
  private upstream: UpstreamStream | undefined;
  private socket: TunnelStream | undefined;
  private over = false;
  private ready: (link: TcpLinkReady) => void = () => {};
  private failed: (detail: string) => void = () => {};

  constructor(
    private readonly tunnel: TunnelRequest,
    cluster: Cluster,
    host: Host,
    private readonly stream: StreamInfo,
  ) {
    this.pool = cluster.poolOf(host, 0, 'http1', stream.connection);
  }

  connect(ready: (link: TcpLinkReady) => void, failed: (detail: string) => void): void {
    this.ready = ready;
    this.failed = failed;
    this.pool.request(this);
  }

  /** The pool counts requests. */
  carries(): void {}

  end(): void {
    if (this.over) return;
    this.over = true;
    if (this.upstream === undefined) this.pool.cancel(this);
    else this.upstream.abort();
    this.socket?.destroy();
  }

  // Of the pool

  onPoolReady(upstream: UpstreamStream): void {
    this.upstream = upstream;
    const { hostname, postPath, mutate } = this.tunnel;
    const host = hostname(this.stream);
    const headers = new HeaderMap();
    headers.add('host', host);
    mutate?.(headers, this.stream);
    const scheme = upstream.tls === undefined ? 'http' : 'https';
    const method = postPath === undefined ? 'CONNECT' : 'POST';
    const upgrade = postPath === undefined ? 'connect' : '';
    upstream.begin(this, { method, path: postPath ?? '', host, scheme, headers }, false, upgrade);
    upstream.flush();
  }

  onPoolFailure(_failure: PoolFailure, detail: string): void {
    this.fail(detail);
  }

  // Of the stream

  onInformational(): void {}

  onHead({ status }: ResponseHead): void {
    const upstream = this.upstream!;
    // over HTTP/2 nothing but 200 opens a tunnel, as with Envoy
    if (upstream.protocol === 'HTTP/2' ? status !== 200 : status < 200 || status > 299) {
      upstream.abort();
      this.fail('');
      return;
    }
    this.socket = new TunnelStream(upstream);
    const { tls, localAddress, connectionId, meter } = upstream;
    this.ready({ socket: this.socket, tls, localAddress, connectionId, meter });
  }

  onBody(buf: Uint8Array, start: number, end: number): void {
    this.socket?.receive(buf, start, end);
  }

  /** The stream is over, whatever is left of the request. */
  onEnd(): void {
    if (this.socket === undefined) return;
    this.over = true;
    this.socket.receiveEnd();
  }

  onReset(): void {
    if (this.socket === undefined) this.fail('');
    else {
      this.over = true;
      this.socket.destroy();
    }
  }

  onReadEnd(): void {}

  onDrain(): void {
    this.socket?.onRoom();
  }

  private fail(detail: string): void {
    if (this.over) return;
    this.over = true;
    this.failed(detail);
  }
}
