import type { FromProxy } from './messages.js';

/** Batches of log lines on their way to the agent. More wait only where it reads too slowly, and then memory must not grow. */
export const BATCHES_WAITING_MAX = 64;

/** Sends `message`; `done` is called when it has left this process. */
export type Send = (message: FromProxy, done: () => void) => void;

/** Log lines to the agent. What cannot be sent in time is left out, and the log says how many lines. */
export class LogChannel {
  private waiting = 0;
  private readonly left = new Map<string, number>();

  constructor(private readonly send: Send) {}

  /** @param lines without the last line end */
  write(id: string, lines: string): void {
    if (this.waiting >= BATCHES_WAITING_MAX) {
      this.left.set(id, (this.left.get(id) ?? 0) + lines.split('\n').length);
      return;
    }
    const left = this.left.get(id);
    this.left.delete(id);
    const line =
      left === undefined
        ? lines
        : `(${left} lines are left out here: they came faster than they could be kept)\n${lines}`;
    this.waiting++;
    this.send({ type: 'log', id, line }, () => {
      this.waiting--;
    });
  }
}
