import type { Schedule } from '../../../resources/batch/cron-job/schedule.js';

/** More missed starts than this are worth a warning: the clock jumped, or the mesh was down. */
const MISSED_WARNING = 100;
const MINUTE_MS = 60_000;

export interface Missed {
  /** The newest time of the schedule up to now. */
  readonly time_ms: number;
  readonly tooMany: boolean;
}

/**
 * The newest time of a schedule in `(since_ms, now_ms]`; undefined where there is none. Looks back in growing steps, so that a
 * schedule of minutes that slept for a year costs no half a million steps.
 */
export function newestMissed(schedule: Schedule, since_ms: number, now_ms: number): Missed | undefined {
  for (let back_ms = MINUTE_MS; ; back_ms *= 2) {
    const from_ms = Math.max(since_ms, now_ms - back_ms);
    let newest: number | undefined;
    for (let next = schedule(from_ms); next !== undefined && next <= now_ms; next = schedule(next)) newest = next;
    if (newest !== undefined) return { time_ms: newest, tooMany: countExceeds(schedule, since_ms, now_ms) };
    if (from_ms === since_ms) return undefined;
  }
}

function countExceeds(schedule: Schedule, since_ms: number, now_ms: number): boolean {
  let next = schedule(since_ms);
  for (let count = 0; count <= MISSED_WARNING; count++) {
    if (next === undefined || next > now_ms) return false;
    next = schedule(next);
  }
  return true;
}
