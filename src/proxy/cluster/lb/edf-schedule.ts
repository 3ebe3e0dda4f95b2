interface Entry<T> {
  readonly item: T;
  deadline: number;
  order: number;
}

/** Earliest deadline first: a binary heap by deadline, where an item's next deadline is one over its weight later. */
export class EdfSchedule<T> {
  private readonly heap: Entry<T>[] = [];
  private order = 0;

  /** @param weightOf above 0; asked again at each turn, so that it may change in between */
  constructor(
    items: readonly T[],
    private readonly weightOf: (item: T) => number,
  ) {
    for (const item of items) this.push({ item, deadline: 1 / weightOf(item), order: this.order++ });
  }

  next(): T | undefined {
    const entry = this.heap[0];
    if (entry === undefined) return undefined;
    entry.deadline += 1 / this.weightOf(entry.item);
    entry.order = this.order++;
    this.sink(0);
    return entry.item;
  }

  private push(entry: Entry<T>): void {
    this.heap.push(entry);
    let at = this.heap.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(this.heap[at]!, this.heap[parent]!)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(from: number): void {
    for (let at = from; ; ) {
      let least = at;
      const left = 2 * at + 1;
      for (let child = left; child <= left + 1 && child < this.heap.length; child++) {
        if (before(this.heap[child]!, this.heap[least]!)) least = child;
      }
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    const held = this.heap[a]!;
    this.heap[a] = this.heap[b]!;
    this.heap[b] = held;
  }
}

function before(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}
