import type { Ipv4Range } from '../../../native/index.js';
import { RuntimeError } from '../../errors.js';

/**
 * The addresses of a node's pods. It goes on from the last one given: an address that was just freed may still be in tables of
 * others, and its network may take a moment to vanish.
 */
export class AddressPool {
  private readonly used = new Set<number>();
  private last: number;

  /** @param first index of the first address for pods; those before are the node's own */
  constructor(
    private readonly range: Ipv4Range,
    private readonly first: number,
  ) {
    this.last = first - 1;
  }

  /** @throws RuntimeError ADDRESSES_EXHAUSTED */
  take(): { readonly index: number; readonly address: string } {
    // The range's last address is the broadcast one.
    const count = this.range.size - 1 - this.first;
    for (let step = 1; step <= count; step++) {
      const index = this.first + ((this.last - this.first + step) % count);
      if (this.used.has(index)) continue;
      this.used.add(index);
      this.last = index;
      return { index, address: this.range.at(index) };
    }
    throw new RuntimeError(
      'ADDRESSES_EXHAUSTED',
      `All ${count} pod addresses of ${this.range.cidr} are in use`,
      'Run fewer pods, or more nodes.',
    );
  }

  free(index: number): void {
    this.used.delete(index);
  }
}
