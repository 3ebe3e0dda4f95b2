import { Counter, Gauge, Histogram } from './metrics.js';

/** All statistics of one logical proxy, by Envoy's names. A metric is looked up once, when configuration is compiled. */
export class StatsStore {
  readonly counters = new Map<string, Counter>();
  readonly gauges = new Map<string, Gauge>();
  readonly histograms = new Map<string, Histogram>();

  counter(name: string): Counter {
    let counter = this.counters.get(name);
    if (counter === undefined) {
      counter = new Counter(name);
      this.counters.set(name, counter);
    }
    return counter;
  }

  gauge(name: string): Gauge {
    let gauge = this.gauges.get(name);
    if (gauge === undefined) {
      gauge = new Gauge(name);
      this.gauges.set(name, gauge);
    }
    return gauge;
  }

  histogram(name: string): Histogram {
    let histogram = this.histograms.get(name);
    if (histogram === undefined) {
      histogram = new Histogram(name);
      this.histograms.set(name, histogram);
    }
    return histogram;
  }

  /** Forgets everything whose name begins so: a cluster or listener is gone. */
  drop(prefix: string): void {
    for (const map of [this.counters, this.gauges, this.histograms]) {
      for (const name of map.keys()) if (name.startsWith(prefix)) map.delete(name);
    }
  }
}
