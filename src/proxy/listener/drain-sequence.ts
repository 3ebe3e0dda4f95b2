import type { Clock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';

/** How answers end their connections while a listener drains: Envoy's `--drain-time-s` and `--drain-strategy`. */
export interface DrainSettings {
  /** After this all connections end. */
  readonly time_ms: number;
  /** `gradual`: ever more of the answers close, so that not all clients come back in the same moment. */
  readonly strategy: 'gradual' | 'immediate';
}

/** Whether the connection ends after the answer under way. */
export type DrainDecision = () => boolean;

/** Begins now. */
export function drainDecision(settings: DrainSettings, clock: Clock, random: Random): DrainDecision {
  if (settings.strategy === 'immediate' || settings.time_ms <= 0) return () => true;
  const began_ms = clock.monotonic_ms();
  return () => {
    const elapsed_ms = clock.monotonic_ms() - began_ms;
    return elapsed_ms >= settings.time_ms || random.below(settings.time_ms) < elapsed_ms;
  };
}
