/** Deliveries in one turn of the event loop: a loop of routes within the process must not keep all other sockets waiting. */
export const DELIVERIES_PER_TURN = 256;

/** What has something to hand over. */
export interface Delivery {
  deliver(): void;
}

/**
 * Hands over what links have queued, behind the event that queued it: a peer never answers within the call that writes, as it never
 * does over a socket.
 */
export class LinkScheduler {
  private readonly waiting: Delivery[] = [];
  private scheduled = false;

  add(delivery: Delivery): void {
    this.waiting.push(delivery);
    if (this.scheduled) return;
    this.scheduled = true;
    queueMicrotask(() => this.run());
  }

  private run(): void {
    for (let i = 0; i < this.waiting.length; i++) {
      if (i === DELIVERIES_PER_TURN) {
        this.waiting.splice(0, i);
        setImmediate(() => this.run());
        return;
      }
      this.waiting[i]!.deliver();
    }
    this.waiting.length = 0;
    this.scheduled = false;
  }
}
