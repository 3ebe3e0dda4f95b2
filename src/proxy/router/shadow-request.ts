import { WheelTimer } from '../../base/timer-wheel.js';
import type { ResponseParser } from '../../wire/http1/index.js';
import type { Cluster } from '../cluster/cluster.js';
import type { Host } from '../cluster/host.js';
import type { HttpStream } from '../http/http-stream.js';
import type { PoolClient } from '../pool/connection-pool.js';
import type { Exchange, UpstreamConnection } from '../pool/upstream-connection.js';
import { RequestBody } from './request-body.js';

/** A copy of a request, whose answer nobody waits for. */
export class ShadowRequest implements PoolClient, Exchange {
  private connection: UpstreamConnection | undefined;
  private readonly body = new RequestBody();
  private readonly chunked: boolean;
  private readonly head: string;
  private readonly method: string;
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
    this.method = stream.method;
    this.chunked = !stream.requestDone && !stream.headers.has('content-length');
    const headers = stream.headers.clone();
    headers.set('host', host);
    headers.set('x-envoy-internal', 'true');
    this.head = `${stream.method} ${stream.path} HTTP/1.1\r\n${headers.serialize()}${this.chunked ? 'transfer-encoding: chunked\r\n' : ''}\r\n`;
    this.done = stream.requestDone;
    this.wheel = stream.manager.context.wheel;
    if (timeout_ms > 0) this.wheel.arm(this.timer, timeout_ms);
  }

  start(): void {
    this.cluster.poolOf(this.target, 0).request(this);
  }

  onBody(buf: Uint8Array, start: number, end: number): void {
    if (this.over) return;
    if (this.connection === undefined) {
      this.body.push(buf, start, end);
      if (this.body.full) this.cancel();
      return;
    }
    this.write(this.connection, buf, start, end);
    this.connection.out.flush();
  }

  onRequestEnd(): void {
    this.done = true;
    if (this.connection !== undefined && !this.over) this.endRequest(this.connection);
  }

  onPoolReady(connection: UpstreamConnection): void {
    this.connection = connection;
    connection.begin(this, this.method, false);
    connection.out.pushText(this.head);
    for (const chunk of this.body.chunks) this.write(connection, chunk, 0, chunk.length);
    if (this.done) this.endRequest(connection);
    connection.out.flush();
  }

  onPoolFailure(): void {
    this.end();
  }

  onInformational(): void {}

  onHead(response: ResponseParser): void {
    this.cluster.outlier?.onStatus(this.target, response.status);
    this.cluster.stats.counters.upstream_rq_completed.value++;
    this.cluster.stats.codes.charge(response.status);
    this.cluster.stats.internalCodes.charge(response.status);
  }

  onEnd(): void {
    this.end();
  }

  onReset(): void {
    this.end();
  }

  onReadEnd(): void {}
  onDrain(): void {}

  private cancel(): void {
    if (this.over) return;
    this.end();
    if (this.connection !== undefined) this.connection.abort();
    else this.cluster.poolOf(this.target, 0).cancel(this);
  }

  private write(connection: UpstreamConnection, buf: Uint8Array, start: number, end: number): void {
    if (this.chunked) connection.out.pushText(`${(end - start).toString(16)}\r\n`);
    connection.out.pushBytes(buf, start, end, false);
    if (this.chunked) connection.out.pushText('\r\n');
  }

  private endRequest(connection: UpstreamConnection): void {
    if (this.chunked) connection.out.pushText('0\r\n\r\n');
    connection.endRequest();
    connection.out.flush();
  }

  private end(): void {
    this.over = true;
    this.wheel.cancel(this.timer);
  }
}

/** `reviews:9080` becomes `reviews-shadow:9080`. */
export function shadowHost(host: string): string {
  const colon = host.lastIndexOf(':');
  if (colon === -1 || host.endsWith(']')) return `${host}-shadow`;
  return `${host.slice(0, colon)}-shadow${host.slice(colon)}`;
}
