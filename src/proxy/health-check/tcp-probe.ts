import type { Socket } from 'node:net';
import type { HealthCheck_TcpHealthCheck } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import type { Host } from '../cluster/host.js';
import { compileReceive, containsInOrder, payloadBytes } from './payload.js';
import { NETWORK_FAILURE, type Probe, type ProbeFactory, type ProbeOutcome, SUCCESS } from './probe.js';
import type { ProbeDialer } from './probe-connection.js';

/** Bytes of an answer that are kept to be compared. */
const ANSWER_BYTES_MAX = 64 * 1024;

interface TcpSpec {
  readonly send: Buffer;
  readonly receive: readonly Buffer[];
  readonly reuse: boolean;
}

/** Connects, perhaps says something and perhaps waits for an answer. @throws ConfigError */
export function compileTcpProbe(
  config: HealthCheck_TcpHealthCheck,
  dialer: ProbeDialer,
  reuse: boolean,
  path: string,
): ProbeFactory {
  const spec: TcpSpec = {
    send: payloadBytes(config.send, `${path}.send`),
    receive: compileReceive(config.receive, `${path}.receive`),
    reuse,
  };
  return (host) => new TcpProbe(host, dialer, spec);
}

class TcpProbe implements Probe {
  private socket: Socket | undefined;
  private connected = false;
  private answer = Buffer.alloc(0);
  private done: ((outcome: ProbeOutcome) => void) | undefined;

  constructor(
    private readonly host: Host,
    private readonly dialer: ProbeDialer,
    private readonly spec: TcpSpec,
  ) {}

  check(done: (outcome: ProbeOutcome) => void): void {
    this.done = done;
    if (this.connected) {
      this.ask();
      return;
    }
    this.socket = this.dialer.dial(
      this.host,
      (socket) => this.onConnected(socket),
      () => this.settle(NETWORK_FAILURE),
    );
  }

  close(): void {
    this.done = undefined;
    this.drop();
  }

  private onConnected(socket: Socket): void {
    this.socket = socket;
    this.connected = true;
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('end', () => this.onLost(socket));
    socket.on('close', () => this.onLost(socket));
    socket.on('error', () => {});
    this.ask();
  }

  private ask(): void {
    const { send, receive } = this.spec;
    this.answer = Buffer.alloc(0);
    if (send.length > 0) this.socket?.write(send);
    if (receive.length === 0) this.settle(SUCCESS);
  }

  private onData(chunk: Buffer): void {
    if (this.done === undefined) return;
    this.answer = Buffer.concat([this.answer, chunk]);
    if (containsInOrder(this.answer, this.spec.receive)) this.settle(SUCCESS);
    else if (this.answer.length > ANSWER_BYTES_MAX) this.settle(NETWORK_FAILURE);
  }

  private onLost(socket: Socket): void {
    if (this.socket !== socket) return;
    this.drop();
    this.settle(NETWORK_FAILURE);
  }

  private settle(outcome: ProbeOutcome): void {
    const { done } = this;
    this.done = undefined;
    if (outcome.kind === 'network' || !this.spec.reuse) this.drop();
    done?.(outcome);
  }

  private drop(): void {
    const { socket } = this;
    this.socket = undefined;
    this.connected = false;
    socket?.destroy();
  }
}
