import type { Counter, Gauge } from '../../stats/metrics.js';
import type { StatsStore } from '../../stats/store.js';
import { EJECTION_KINDS, type EjectionKind } from './outlier-options.js';

/** Envoy's statistics of outlier detection, those that it calls deprecated included. */
export class OutlierStats {
  readonly active: Gauge;
  readonly overflow: Counter;
  private readonly detected = new Map<EjectionKind, Counter>();
  private readonly enforced = new Map<EjectionKind, Counter>();
  private readonly enforcedTotal: Counter;
  private readonly total: Counter;
  /** Detections under their old names. */
  private readonly old: ReadonlyMap<EjectionKind, Counter>;

  constructor(store: StatsStore, cluster: string) {
    const prefix = `cluster.${cluster}.outlier_detection`;
    const counter = (name: string): Counter => store.counter(`${prefix}.${name}`);
    for (const kind of EJECTION_KINDS) {
      this.detected.set(kind, counter(`ejections_detected_${kind}`));
      this.enforced.set(kind, counter(`ejections_enforced_${kind}`));
    }
    this.active = store.gauge(`${prefix}.ejections_active`);
    this.overflow = counter('ejections_overflow');
    this.enforcedTotal = counter('ejections_enforced_total');
    this.total = counter('ejections_total');
    this.old = new Map<EjectionKind, Counter>([
      ['consecutive_5xx', counter('ejections_consecutive_5xx')],
      ['success_rate', counter('ejections_success_rate')],
    ]);
  }

  onDetected(kind: EjectionKind): void {
    this.detected.get(kind)!.value++;
    const old = this.old.get(kind);
    if (old !== undefined) old.value++;
  }

  onEnforced(kind: EjectionKind): void {
    this.active.value++;
    this.enforced.get(kind)!.value++;
    this.enforcedTotal.value++;
    if (this.old.has(kind)) this.total.value++;
  }
}
