/** First in, first out, with a limit; a ring that doubles up to it. */
export class BoundedQueue<T> {
  private ring: (T | undefined)[] = new Array(16);
  private head = 0;
  private count = 0;

  /** @param limit the largest number of waiting items */
  constructor(readonly limit: number) {}

  get length(): number {
    return this.count;
  }

  /** @returns false when the queue is full; the item was not taken */
  push(item: T): boolean {
    if (this.count >= this.limit) return false;
    if (this.count === this.ring.length) this.grow();
    this.ring[(this.head + this.count) % this.ring.length] = item;
    this.count++;
    return true;
  }

  shift(): T | undefined {
    if (this.count === 0) return undefined;
    const item = this.ring[this.head];
    this.ring[this.head] = undefined;
    this.head = (this.head + 1) % this.ring.length;
    this.count--;
    return item;
  }

  private grow(): void {
    const wider: (T | undefined)[] = new Array(this.ring.length * 2);
    for (let i = 0; i < this.count; i++) wider[i] = this.ring[(this.head + i) % this.ring.length];
    this.ring = wider;
    this.head = 0;
  }
}
