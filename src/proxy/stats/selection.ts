import type { Counter, Gauge, Histogram } from './metrics.js';
import type { StatsStore } from './store.js';

export type StatType = 'All' | 'Counters' | 'Gauges' | 'Histograms' | 'TextReadouts';

/** Which statistics somebody asked for. */
export interface StatsQuery {
  /** Whether the name is wanted. */
  readonly wants: (name: string) => boolean;
  readonly type: StatType;
  /** Only those that were written since the start. */
  readonly usedOnly: boolean;
}

export interface SelectedStats {
  readonly texts: readonly (readonly [name: string, text: string])[];
  readonly counters: readonly Counter[];
  readonly gauges: readonly Gauge[];
  readonly histograms: readonly Histogram[];
}

/** Those that are wanted, each kind in the order of names. */
export function select(store: StatsStore, { wants, type, usedOnly }: StatsQuery): SelectedStats {
  store.collect();
  const all = type === 'All';
  const pick = <T extends { readonly name: string }>(kind: StatType, from: Iterable<T>, used: (one: T) => boolean) =>
    all || type === kind ? [...from].filter((one) => wants(one.name) && (!usedOnly || used(one))).sort(byName) : [];
  return {
    texts:
      all || type === 'TextReadouts'
        ? [...store.texts].filter(([name, text]) => wants(name) && (!usedOnly || text !== '')).sort()
        : [],
    counters: pick('Counters', store.counters.values(), (counter) => counter.value !== 0),
    gauges: pick('Gauges', store.gauges.values(), (gauge) => gauge.value !== 0),
    histograms: pick('Histograms', store.histograms.values(), (histogram) => histogram.count > 0),
  };
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}
