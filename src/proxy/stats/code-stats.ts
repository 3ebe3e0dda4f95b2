import type { Counter } from './metrics.js';
import type { StatsStore } from './store.js';

/** Which counters beside those of the classes, `PREFIX_2xx`, there are. */
export interface CodeStatsOptions {
  /** One per status code, `PREFIX_200`. */
  readonly byCode?: boolean;
  /** One of all, `PREFIX_completed`. */
  readonly completed?: boolean;
  /** The classes are there from the start. */
  readonly allClasses?: boolean;
}

const CLASSES = [1, 2, 3, 4, 5];

/** Counters of statuses; those that are not there from the start are made when first needed. */
export class CodeStats {
  private readonly classes: (Counter | undefined)[] = [];
  private readonly codes: (Counter | undefined)[] = [];
  private readonly byCode: boolean;
  private completed: Counter | undefined;

  constructor(
    private readonly store: StatsStore,
    private readonly prefix: string,
    private readonly options: CodeStatsOptions = {},
  ) {
    this.byCode = options.byCode ?? false;
    if (options.allClasses) for (const group of CLASSES) this.classOf(group);
  }

  charge(status: number): void {
    const group = Math.floor(status / 100);
    (this.classes[group] ?? this.classOf(group)).value++;
    if (this.byCode) this.chargeCode(status);
  }

  private classOf(group: number): Counter {
    const counter = this.store.counter(`${this.prefix}_${group}xx`);
    this.classes[group] = counter;
    return counter;
  }

  private chargeCode(status: number): void {
    let counter = this.codes[status];
    if (counter === undefined) {
      counter = this.store.counter(`${this.prefix}_${status}`);
      this.codes[status] = counter;
    }
    counter.value++;
    if (!this.options.completed) return;
    this.completed ??= this.store.counter(`${this.prefix}_completed`);
    this.completed.value++;
  }
}
