import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { codeOf, messageOf, TrysailError } from '../../base/errors.js';
import { NativeError } from '../errors.js';
import type { Answer, Operations, Request, ThrownError } from './operations.js';

/** What {@link NativeThread} hands to its worker. */
export interface ThreadData {
  readonly port: MessagePort;
  /** One Int32: counts the answers that a blocked caller waits for. */
  readonly answered: Int32Array;
}

/** The worker's side: answers requests by `operations`, in order. Call it once, as the last thing of the worker's script. */
export function serveOperations(operations: Operations): void {
  const { port, answered } = workerData as ThreadData;
  const answer = (request: Request): Answer => {
    try {
      const operation = operations[request.operation];
      if (!operation) throw new NativeError('ENOSYS', `The thread has no operation "${request.operation}"`);
      return { id: request.id, result: operation(request.argument as never) };
    } catch (error) {
      return { id: request.id, error: describe(error) };
    }
  };
  port.on('message', (request: Request) => {
    port.postMessage(answer(request));
    if (request.id !== 0) return;
    Atomics.add(answered, 0, 1);
    Atomics.notify(answered, 0);
  });
}

/** Tells the main thread something that it did not ask for. */
export function emitEvent(event: unknown): void {
  parentPort?.postMessage(event);
}

function describe(error: unknown): ThrownError {
  const hint = error instanceof TrysailError ? error.hint : undefined;
  return { code: codeOf(error) ?? 'EUNKNOWN', message: messageOf(error), ...(hint !== undefined && { hint }) };
}
