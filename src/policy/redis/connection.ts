import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import { PolicyError } from '../errors.js';
import { encodeCommand, RedisFailure, type Reply, ReplyReader } from './reply.js';

/** A request waits for its quota: an answer that takes longer is none. */
export const REDIS_ANSWER_MAX_MS = 1_000;
/** Questions on their way at once. */
export const REDIS_PENDING_MAX = 10_000;

/** Opens a connection to `host:port`; what goes wrong it says by `error`. */
export type Connect = (hostPort: string) => Duplex;

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** Commands to one Redis over one connection, in order. It connects when it is asked, and anew after a failure. */
export class RedisConnection {
  private stream: Duplex | undefined;
  private pending: Pending[] = [];
  private watchdog: Timer | undefined;

  constructor(
    private readonly hostPort: string,
    private readonly connect: Connect,
    private readonly clock: Clock,
  ) {}

  /** Rejects with a PolicyError where Redis answers an error, too late or not at all. */
  command(...parts: string[]): Promise<Reply> {
    if (this.pending.length >= REDIS_PENDING_MAX) return Promise.reject(this.failure('too many questions wait for it'));
    this.stream ??= this.open();
    return new Promise<Reply>((resolve, reject) => {
      this.pending.push({ resolve, reject });
      this.stream?.write(encodeCommand(parts));
      this.watch();
    });
  }

  close(): void {
    this.fail('the connection was closed');
  }

  private open(): Duplex {
    const stream = this.connect(this.hostPort);
    const reader = new ReplyReader();
    const lost = (why: string) => {
      if (this.stream === stream) this.fail(why);
    };
    // lengths count bytes, and the answers that matter are numbers
    stream.setEncoding('latin1');
    stream.on('data', (chunk: string) => {
      if (this.stream !== stream) return;
      try {
        for (const reply of reader.read(chunk)) this.answer(reply);
      } catch (error) {
        lost(messageOf(error));
      }
    });
    stream.on('error', (error) => lost(error.message));
    stream.on('close', () => lost('it closed the connection'));
    return stream;
  }

  private answer(reply: Reply): void {
    const first = this.pending.shift();
    if (reply instanceof RedisFailure) first?.reject(this.failure(reply.message));
    else first?.resolve(reply);
    this.watchdog?.cancel();
    this.watchdog = undefined;
    this.watch();
  }

  /** One timer for all that wait: answers come in order. */
  private watch(): void {
    if (this.pending.length === 0 || this.watchdog !== undefined) return;
    this.watchdog = this.clock.setTimer(REDIS_ANSWER_MAX_MS, () => this.fail(`no answer in ${REDIS_ANSWER_MAX_MS} ms`));
  }

  private fail(why: string): void {
    const { stream, pending } = this;
    this.watchdog?.cancel();
    this.watchdog = undefined;
    this.stream = undefined;
    this.pending = [];
    stream?.destroy();
    for (const one of pending) one.reject(this.failure(why));
  }

  private failure(why: string): PolicyError {
    return new PolicyError('REDIS_FAILED', `Cannot ask Redis at ${this.hostPort}: ${why}`);
  }
}
