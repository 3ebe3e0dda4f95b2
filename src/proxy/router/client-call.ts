import { WheelTimer } from '../../base/timer-wheel.js';
import { HeaderMap } from '../../wire/http1/index.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { ProxyContext } from '../context.js';
import type { PoolClient, PoolFailure } from '../pool/connection-pool.js';
import type { Exchange, ResponseHead, UpstreamStream } from '../pool/upstream-stream.js';
import type { ClientFailure, ClientRequest, ClientResult, PendingCall } from './cluster-client.js';
import { machineAddress } from './machine-address.js';

/** Bytes of an answer that the proxy reads for itself. */
export const ANSWER_BYTES_MAX = 1024 * 1024;

/** One request of the proxy itself and the answer that it collects. */
export class ClientCall implements PoolClient, Exchange, PendingCall {
  private upstream: UpstreamStream | undefined;
  private status = 0;
  private headers: HeaderMap | undefined;
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private over = false;
  private timeout_ms = 0;
  private sent_ms = 0;
  private readonly timer = new WheelTimer(() => this.stop('timeout'));

  constructor(
    private readonly context: ProxyContext,
    private readonly cluster: Cluster,
    private readonly target: Host,
    private readonly request: ClientRequest,
    private readonly done: (result: ClientResult) => void,
  ) {}

  start(timeout_ms: number): void {
    this.timeout_ms = timeout_ms;
    if (timeout_ms > 0) this.context.wheel.arm(this.timer, timeout_ms);
    this.cluster.poolOf(this.target, 0).request(this);
  }

  cancel(): void {
    if (this.over) return;
    this.end();
    if (this.upstream !== undefined) this.upstream.abort();
    else this.cluster.poolOf(this.target, 0).cancel(this);
  }

  onPoolReady(upstream: UpstreamStream): void {
    this.upstream = upstream;
    this.sent_ms = this.context.clock.monotonic_ms();
    const { method, path, authority, body } = this.request;
    const head = { method, path, host: authority, scheme: 'http', headers: this.requestHeaders() };
    upstream.begin(this, head, body === undefined, '');
    if (body !== undefined) upstream.writeBody(body, 0, body.length);
    upstream.end(undefined);
    upstream.flush();
  }

  onPoolFailure(failure: PoolFailure): void {
    if (failure === 'overflow' || failure === 'pending_overflow') this.fail('overflow');
    else this.fail(failure === 'connection_timeout' ? 'timeout' : 'connect');
  }

  onInformational(): void {}

  onHead(response: ResponseHead): void {
    this.status = response.status;
    this.headers = response.headers.clone();
    const took_ms = this.context.clock.monotonic_ms() - this.sent_ms;
    this.headers.set('x-envoy-upstream-service-time', String(Math.floor(took_ms)));
    const { stats, outlier } = this.cluster;
    outlier?.onStatus(this.target, response.status);
    stats.counters.upstream_rq_completed.value++;
    stats.codes.charge(response.status);
    stats.internalCodes.charge(response.status);
  }

  onBody(buf: Uint8Array, start: number, end: number): void {
    this.size += end - start;
    if (this.size > ANSWER_BYTES_MAX) this.stop('body_too_large');
    else this.chunks.push(Buffer.from(buf.subarray(start, end)));
  }

  onEnd(trailers: HeaderMap | undefined): void {
    if (this.over) return;
    this.end();
    const body = Buffer.concat(this.chunks);
    this.done({ kind: 'answer', status: this.status, headers: this.headers!, body, trailers: trailers?.clone() });
  }

  onReset(): void {
    this.fail('reset');
  }

  onReadEnd(): void {}
  onDrain(): void {}

  /** What the caller says, and what Envoy's own client adds. */
  private requestHeaders(): HeaderMap {
    const { authority, headers: own, body, streamed, hidesMachine } = this.request;
    const headers = new HeaderMap();
    headers.add('host', authority);
    own.forEach((name, value) => {
      headers.add(name, value);
    });
    if (body !== undefined && streamed !== true) headers.add('content-length', String(body.length));
    headers.set('x-envoy-internal', 'true');
    if (hidesMachine !== true) headers.add('x-forwarded-for', machineAddress());
    if (this.timeout_ms > 0) headers.add('x-envoy-expected-rq-timeout-ms', String(Math.ceil(this.timeout_ms)));
    return headers;
  }

  private stop(reason: ClientFailure): void {
    if (this.over) return;
    this.cancel();
    this.done({ kind: 'failure', reason });
  }

  private fail(reason: ClientFailure): void {
    if (this.over) return;
    this.end();
    this.done({ kind: 'failure', reason });
  }

  private end(): void {
    this.over = true;
    this.context.wheel.cancel(this.timer);
  }
}
