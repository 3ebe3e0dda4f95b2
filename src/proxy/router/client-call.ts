import { type TimerWheel, WheelTimer } from '../../base/timer-wheel.js';
import { HeaderMap } from '../../wire/http1/index.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { PoolClient, PoolFailure } from '../pool/connection-pool.js';
import type { Exchange, ResponseHead, UpstreamStream } from '../pool/upstream-stream.js';
import type { ClientFailure, ClientRequest, ClientResult, PendingCall } from './cluster-client.js';

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
  private readonly timer = new WheelTimer(() => this.stop('timeout'));

  constructor(
    private readonly wheel: TimerWheel,
    private readonly cluster: Cluster,
    private readonly target: Host,
    private readonly request: ClientRequest,
    private readonly done: (result: ClientResult) => void,
  ) {}

  start(timeout_ms: number): void {
    if (timeout_ms > 0) this.wheel.arm(this.timer, timeout_ms);
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
    const { method, path, authority, headers: own, body } = this.request;
    const headers = new HeaderMap();
    headers.add('host', authority);
    own.forEach((name, value) => {
      headers.add(name, value);
    });
    if (body !== undefined) headers.add('content-length', String(body.length));
    upstream.begin(this, { method, path, host: authority, scheme: 'http', headers }, body === undefined, '');
    if (body !== undefined) upstream.writeBody(body, 0, body.length);
    upstream.end(undefined);
    upstream.flush();
  }

  onPoolFailure(failure: PoolFailure): void {
    if (failure === 'overflow') this.fail('overflow');
    else this.fail(failure === 'connection_timeout' ? 'timeout' : 'connect');
  }

  onInformational(): void {}

  onHead(response: ResponseHead): void {
    this.status = response.status;
    this.headers = response.headers.clone();
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
    this.wheel.cancel(this.timer);
  }
}
