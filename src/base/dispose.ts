/** Something that holds a resource until told. Calling it twice is allowed. */
export interface Disposable {
  dispose(): void;
}

/** Undoes, in reverse order, what was done: cleanups that were registered as resources were taken. */
export class CleanupStack {
  private readonly cleanups: (() => void | Promise<void>)[] = [];
  private done = false;

  defer(cleanup: () => void | Promise<void>): void {
    this.cleanups.push(cleanup);
  }

  /** Runs every cleanup, even when one fails; then throws the first failure. */
  async run(): Promise<void> {
    if (this.done) return;
    this.done = true;
    let failure: unknown;
    for (const cleanup of this.cleanups.reverse()) {
      try {
        await cleanup();
      } catch (error) {
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }
}
