import { Counter, Gauge, Histogram } from './metrics.js';
import { DEFAULT_STATS_CONFIG, type StatsConfig } from './stats-config.js';

/**
 * All statistics of one logical proxy, by Envoy's names. A metric is looked up once, when configuration is compiled. What the
 * bootstrap's matcher refuses is counted by its owner all the same, and shown nowhere.
 */
export class StatsStore {
  readonly counters = new Map<string, Counter>();
  readonly gauges = new Map<string, Gauge>();
  readonly histograms = new Map<string, Histogram>();
  /** Texts among the statistics: versions and the like. */
  readonly texts = new Map<string, string>();
  private readonly collectors: (() => void)[] = [];

  constructor(readonly config: StatsConfig = DEFAULT_STATS_CONFIG) {}

  counter(name: string): Counter {
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = new Counter(name);
      if (this.config.keeps(name)) this.counters.set(name, counter);
    }
    return counter;
  }

  gauge(name: string): Gauge {
    let gauge = this.gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge(name);
      if (this.config.keeps(name)) this.gauges.set(name, gauge);
    }
    return gauge;
  }

  histogram(name: string): Histogram {
    let histogram = this.histograms.get(name);
    if (histogram === undefined) {
      histogram = new Histogram(name);
      if (this.config.keeps(name)) this.histograms.set(name, histogram);
    }
    return histogram;
  }

  /** `collect` sets gauges that are only known when somebody reads them. */
  onRead(collect: () => void): void {
    this.collectors.push(collect);
  }

  /** To be called before the metrics are read. */
  collect(): void {
    for (const collect of this.collectors) collect();
  }

  /** Ends an interval of all histograms. */
  flush(): void {
    for (const histogram of this.histograms.values()) histogram.flush();
  }

  /** `POST /reset_counters` */
  resetCounters(): void {
    for (const counter of this.counters.values()) counter.value = 0;
  }

  /** Forgets everything whose name begins so: a cluster or listener is gone. */
  drop(prefix: string): void {
    for (const map of [this.counters, this.gauges, this.histograms]) {
      for (const name of map.keys()) if (name.startsWith(prefix)) map.delete(name);
    }
  }
}
