import type { Counter } from './metrics.js';
import type { StatsStore } from './store.js';

/** Counters `PREFIX_2xx` by class and `PREFIX_200` by code, made when first needed. */
export class CodeStats {
  private readonly classes: (Counter | undefined)[] = [];
  private readonly codes: (Counter | undefined)[] = [];

  /** @param byCode also one counter per status code */
  constructor(
    private readonly store: StatsStore,
    private readonly prefix: string,
    private readonly byCode: boolean,
  ) {}

  charge(status: number): void {
    const group = Math.floor(status / 100);
    let counter = this.classes[group];
    if (counter === undefined) {
      counter = this.store.counter(`${this.prefix}_${group}xx`);
      this.classes[group] = counter;
    }
    counter.value++;
    if (this.byCode) this.chargeCode(status);
  }

  private chargeCode(status: number): void {
    let counter = this.codes[status];
    if (counter === undefined) {
      counter = this.store.counter(`${this.prefix}_${status}`);
      this.codes[status] = counter;
    }
    counter.value++;
  }
}
