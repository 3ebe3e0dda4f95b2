import { NativeThread } from '../../../native/index.js';
import type { ExitEvent, NodeThreadOperations } from './node-worker.js';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The node's worker thread, with which it enters its pods' namespaces, and the ends of the processes that were started there. */
export class NodeThread {
  readonly operations: NativeThread<NodeThreadOperations>;
  private readonly exits = new Map<number, (exit: Exit) => void>();
  private nextKey = 1;

  constructor() {
    const script = new URL('./node-worker.js', import.meta.url);
    this.operations = new NativeThread<NodeThreadOperations>(script, (event) => this.onExit(event as ExitEvent));
  }

  /** A key for a process to be started, and the promise of its end. */
  expectExit(): { readonly key: number; readonly exit: Promise<Exit>; forget(): void } {
    const key = this.nextKey++;
    const exit = new Promise<Exit>((resolve) => this.exits.set(key, resolve));
    this.operations.expectEvents(true);
    return { key, exit, forget: () => this.forget(key) };
  }

  close(): Promise<void> {
    return this.operations.close();
  }

  private onExit(event: ExitEvent): void {
    this.exits.get(event.key)?.(event);
    this.forget(event.key);
  }

  private forget(key: number): void {
    this.exits.delete(key);
    this.operations.expectEvents(this.exits.size > 0);
  }
}
