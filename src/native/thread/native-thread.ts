import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { NativeError } from '../errors.js';
import type { Answer, ArgumentOf, Operations, Request, ResultOf, ThrownError } from './operations.js';
import type { ThreadData } from './serve.js';

/** How long a blocking call waits before it gives the thread up. */
export const CALL_TIMEOUT_MS = 10_000;
/** JavaScript heap of the thread: it holds a few tables. */
const HEAP_MB = 32;
const YOUNG_HEAP_MB = 2;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/**
 * A worker thread that does what may not happen on the main one: entering other namespaces. It can be called blocking, so that a
 * socket of another namespace is as direct as `net.connect`, or waited for.
 */
export class NativeThread<T extends Operations> {
  private readonly worker: Worker;
  private readonly port: MessagePort;
  private readonly answered = new Int32Array(new SharedArrayBuffer(4));
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private eventsExpected = false;
  private lost = false;

  /**
   * @param script module that ends in serveOperations()
   * @param onEvent gets what the thread emits
   */
  constructor(script: URL, onEvent: (event: unknown) => void = () => {}) {
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    this.worker = new Worker(script, {
      workerData: { port: port2, answered: this.answered } satisfies ThreadData,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
      execArgv: [],
      // Descriptors go from one thread to another here; Node's book-keeping by thread would be wrong.
      trackUnmanagedFds: false,
    });
    this.port.on('message', (reply: Answer) => this.settle(reply));
    this.worker.on('message', onEvent);
    this.worker.on('error', (error) => this.fail(error.message));
    this.worker.on('exit', () => this.fail('it ended'));
    this.port.unref();
    this.worker.unref();
  }

  /** Blocks until the thread answered: about 130 µs (two wake-ups) and the operation itself. */
  call<K extends keyof T & string>(operation: K, argument: ArgumentOf<T, K>): ResultOf<T, K> {
    if (this.lost) throw this.lostError();
    const seen = Atomics.load(this.answered, 0);
    this.port.postMessage({ id: 0, operation, argument } satisfies Request);
    if (Atomics.wait(this.answered, 0, seen, CALL_TIMEOUT_MS) === 'timed-out') {
      throw new NativeError('ETIMEDOUT', `The thread did not answer "${operation}" within ${CALL_TIMEOUT_MS} ms`);
    }
    return this.takeBlockingReply() as ResultOf<T, K>;
  }

  /** Like {@link call}, without blocking. */
  run<K extends keyof T & string>(operation: K, argument: ArgumentOf<T, K>): Promise<ResultOf<T, K>> {
    if (this.lost) return Promise.reject(this.lostError());
    const id = this.nextId++;
    return new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.keepAlive();
      this.port.postMessage({ id, operation, argument } satisfies Request);
    }) as Promise<ResultOf<T, K>>;
  }

  /** @param expected whether events are to come, for which the process stays alive */
  expectEvents(expected: boolean): void {
    this.eventsExpected = expected;
    this.keepAlive();
  }

  async close(): Promise<void> {
    this.fail('it was closed');
    await this.worker.terminate();
  }

  /** Answers of earlier run() calls may lie before that of the blocking one. */
  private takeBlockingReply(): unknown {
    for (;;) {
      const received = receiveMessageOnPort(this.port) as { message: Answer } | undefined;
      if (!received) throw this.lostError();
      const reply = received.message;
      if (reply.id === 0) {
        if (reply.error) throw errorOf(reply.error);
        return reply.result;
      }
      this.settle(reply);
    }
  }

  private settle(reply: Answer): void {
    const waiting = this.waiting.get(reply.id);
    this.waiting.delete(reply.id);
    this.keepAlive();
    if (reply.error) waiting?.reject(errorOf(reply.error));
    else waiting?.resolve(reply.result);
  }

  /** The process lives while somebody waits for an answer, as with any other I/O. */
  private keepAlive(): void {
    if (this.waiting.size > 0) this.port.ref();
    else this.port.unref();
    if (this.waiting.size > 0 || this.eventsExpected) this.worker.ref();
    else this.worker.unref();
  }

  private fail(why: string): void {
    if (this.lost) return;
    this.lost = true;
    this.port.close();
    for (const waiting of this.waiting.values()) waiting.reject(this.lostError(why));
    this.waiting.clear();
  }

  private lostError(why = 'it ended'): NativeError {
    return new NativeError('NATIVE_THREAD_LOST', `The thread for namespaces is gone: ${why}`);
  }
}

function errorOf(thrown: ThrownError): NativeError {
  return new NativeError(thrown.code, thrown.message, thrown.hint);
}
