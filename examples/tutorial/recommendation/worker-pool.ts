/** Does at most `size` jobs at once, the others in the order of their coming: what a server with few threads does. */
export class WorkerPool {
  private busy = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly size: number) {}

  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.busy >= this.size) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.busy++;
    try {
      return await job();
    } finally {
      // A waiting job takes over the place, so `busy` stays.
      const next = this.waiting.shift();
      if (next) next();
      else this.busy--;
    }
  }
}
