const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAYS_IN_YEAR = 365;

/** `90s`, `5m30s`, `47h`, `3d2h`, `2y`: a duration in milliseconds as kubectl prints ages (apimachinery `duration.HumanDuration`). */
export function humanDuration(duration_ms: number): string {
  const seconds = Math.trunc(duration_ms / SECOND_MS);
  // Clocks of two machines may differ a little.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(duration_ms / MINUTE_MS);
  if (minutes < 10) return twoUnits(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(duration_ms / HOUR_MS);
  if (hours < 8) return twoUnits(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return twoUnits(days, 'd', hours % 24, 'h');
  if (days < DAYS_IN_YEAR * 2) return `${days}d`;
  const years = Math.trunc(days / DAYS_IN_YEAR);
  return years < 8 ? twoUnits(years, 'y', days % DAYS_IN_YEAR, 'd') : `${years}y`;
}

/** The age of something that happened at an RFC 3339 time; `<unknown>` without one. */
export function ageSince(timestamp: string | null | undefined, now_ms: number): string {
  if (!timestamp) return '<unknown>';
  return humanDuration(now_ms - Date.parse(timestamp));
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
