import type { Readable, Writable } from 'node:stream';
import { isObject } from '../json.js';
import type { Status } from '../status-error.js';

export type ResizeListener = (size: { columns: number; rows: number }) => void;

/** The streams of one exec or attach, however the connection carries them. */
export interface Channels {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  onResize(listener: ResizeListener): void;
  /** Tells how it ended, and closes. */
  finish(status: Status | Pick<Status, 'metadata' | 'status'>): void;
}

/** The size of the caller's terminal, as its last message said. */
export class TerminalSize {
  private readonly listeners: ResizeListener[] = [];
  private last: Parameters<ResizeListener>[0] | undefined;

  onResize(listener: ResizeListener): void {
    this.listeners.push(listener);
    if (this.last) listener(this.last);
  }

  /** @param text `{"Width":80,"Height":24}`; anything else changes nothing */
  set(text: string): void {
    let size: unknown;
    try {
      size = JSON.parse(text);
    } catch {
      return;
    }
    if (!isObject(size) || typeof size['Width'] !== 'number' || typeof size['Height'] !== 'number') return;
    this.last = { columns: size['Width'], rows: size['Height'] };
    for (const listener of this.listeners) listener(this.last);
  }
}
