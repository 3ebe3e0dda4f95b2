import { WheelTimer } from '../../base/timer-wheel.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import { appendForwardedFor } from '../http/forwarded-for.js';
import type { HttpStream } from '../http/http-stream.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import { machineAddress } from '../network.js';
import type { PoolClient } from '../pool/connection-pool.js';
import type { Exchange, ResponseHead, UpstreamStream } from '../pool/upstream-stream.js';
import { RequestBody } from './request-body.js';

/** A copy of a request, whose answer nobody waits for. */
export class ShadowRequest implements PoolClient {
  private readonly answer: Exchange;
  private upstream: UpstreamStream | undefined;
  private readonly body: RequestBody;
  private readonly bodiless: boolean;
  private readonly head: RequestHeaders;
  private done = false;
  private over = false;
  private readonly timer = new WheelTimer(() => this.cancel());
  private readonly wheel;

  /** @param host the Host header of the copy */
  constructor(
    stream: HttpStream,
    private readonly cluster: Cluster,
    private readonly target: Host,
    host: string,
    timeout_ms: number,
  ) {
    this.bodiless = !stream.hasBody;
    this.body = RequestBody.within(stream.codec.bufferLimit_bytes);
    const headers = stream.headers.clone();
    headers.set('host', host);
    headers.set('x-envoy-internal', 'true');
    if (timeout_ms > 0) headers.set('x-envoy-expected-rq-timeout-ms', String(timeout_ms));
    appendForwardedFor(headers, machineAddress());
    this.head = { method: stream.method, path: stream.path, host, scheme: stream.scheme, headers };
    this.done = stream.requestDone;
    this.wheel = stream.manager.context.wheel;
    if (timeout_ms > 0) this.wheel.arm(this.timer, timeout_ms);
    this.answer = new ShadowAnswer(cluster, target, () => this.end());
  }

  start(): void {
    this.cluster.poolOf(this.target, 0).request(this);
  }

  onBody(buf: Uint8Array, start: number, end: number): void {
    if (this.over) return;
    if (this.upstream === undefined) {
      this.body.push(buf, start, end);
      if (this.body.full) this.cancel();
      return;
    }
    this.upstream.writeBody(buf, start, end);
    this.upstream.flush();
  }

  onRequestEnd(): void {
    this.done = true;
    if (this.upstream === undefined || this.over) return;
    this.upstream.end(undefined);
    this.upstream.flush();
  }

  onPoolReady(upstream: UpstreamStream): void {
    this.upstream = upstream;
    upstream.begin(this.answer, this.head, this.bodiless, '');
    this.body.writeTo(upstream);
    if (this.done) upstream.end(undefined);
    upstream.flush();
  }

  onPoolFailure(): void {
    this.answer.onReset('remote_close');
  }

  private cancel(): void {
    if (this.over) return;
    this.end();
    if (this.upstream !== undefined) this.upstream.abort();
    else this.cluster.poolOf(this.target, 0).cancel(this);
  }

  private end(): void {
    this.over = true;
    this.wheel.cancel(this.timer);
  }
}

/** Counts the answer to a copy, and drops it. */
class ShadowAnswer implements Exchange {
  constructor(
    private readonly cluster: Cluster,
    private readonly target: Host,
    private readonly over: () => void,
  ) {}

  onInformational(): void {}

  onHead(response: ResponseHead): void {
    this.cluster.outlier?.onStatus(this.target, response.status);
    this.count(response.status);
  }

  onBody(): void {}

  onEnd(): void {
    this.over();
  }

  onReset(): void {
    this.count(503);
    this.over();
  }

  onReadEnd(): void {}
  onDrain(): void {}

  private count(status: number): void {
    const { counters, codes, internalCodes } = this.cluster.stats;
    counters.upstream_rq_completed.value++;
    codes.charge(status);
    internalCodes.charge(status);
  }
}

/** `reviews:9080` becomes `reviews-shadow:9080`. */
export function shadowHost(host: string): string {
  const colon = host.lastIndexOf(':');
  if (colon === -1 || host.endsWith(']')) return `${host}-shadow`;
  return `${host.slice(0, colon)}-shadow${host.slice(colon)}`;
}
