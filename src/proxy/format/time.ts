/**
 * A time by strftime-like directives, in UTC. Without a format: `2026-01-02T03:04:05.678Z`.
 * `%3f` and the like give that many digits of the second's fraction, `%s` seconds since the epoch.
 */
export function formatTime(epoch_ms: number, format: string): string {
  const date = new Date(epoch_ms);
  if (format === '') return date.toISOString();
  return format.replaceAll(/%([1-9]?)([a-zA-Z%])/g, (whole, digits: string, directive: string) => {
    if (directive === 'f') return fraction(epoch_ms, digits === '' ? 9 : Number(digits));
    return DIRECTIVES[directive]?.(date) ?? whole;
  });
}

function fraction(epoch_ms: number, digits: number): string {
  const nanoseconds = Math.floor((((epoch_ms % 1000) + 1000) % 1000) * 1e6);
  return String(nanoseconds).padStart(9, '0').slice(0, digits);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

const DIRECTIVES: Readonly<Record<string, (date: Date) => string>> = {
  Y: (date) => String(date.getUTCFullYear()),
  m: (date) => two(date.getUTCMonth() + 1),
  d: (date) => two(date.getUTCDate()),
  H: (date) => two(date.getUTCHours()),
  M: (date) => two(date.getUTCMinutes()),
  S: (date) => two(date.getUTCSeconds()),
  b: (date) => MONTHS[date.getUTCMonth()]!,
  F: (date) => date.toISOString().slice(0, 10),
  T: (date) => date.toISOString().slice(11, 19),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  z: () => '+0000',
  Z: () => 'UTC',
  '%': () => '%',
};
