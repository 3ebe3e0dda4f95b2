const MILLISECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  μs: 0.001,
  ns: 0.000_001,
};
const PART = /(\d+(?:\.\d*)?|\.\d+)(h|ms|us|µs|μs|ns|m|s)/y;

/** Milliseconds of a duration as Go writes it: `1s`, `-1.5h`, `1h30m`, `0`. Undefined where the text is none. */
export function parseDuration(text: string): number | undefined {
  const unsigned = text.replace(/^[+-]/, '');
  const sign = text.startsWith('-') ? -1 : 1;
  if (unsigned === '0') return 0;
  let total_ms = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < unsigned.length) {
    const part = PART.exec(unsigned);
    if (part === null) return undefined;
    total_ms += Number(part[1]) * MILLISECONDS_PER_UNIT[part[2]!]!;
  }
  return unsigned === '' ? undefined : sign * total_ms;
}

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** As Go prints it: `1.5s`, `200ms`, `1h0m0s`, `0s`. */
export function formatDuration(duration_ms: number): string {
  const ns = Math.round(Math.abs(duration_ms) * NANOSECONDS_PER_MILLISECOND);
  const sign = duration_ms < 0 && ns > 0 ? '-' : '';
  if (ns === 0) return '0s';
  if (ns < 1e3) return `${sign}${ns}ns`;
  if (ns < 1e6) return `${sign}${decimal(ns, 1e3)}µs`;
  if (ns < 1e9) return `${sign}${decimal(ns, 1e6)}ms`;
  const minutes = Math.floor(ns / 60e9);
  const seconds = `${decimal(ns - minutes * 60e9, 1e9)}s`;
  if (minutes === 0) return sign + seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60}m${seconds}`;
}

/** `1500 / 1000` as `1.5`, exactly. */
function decimal(ns: number, unit: number): string {
  const digits = String(unit).length - 1;
  const fraction = String(Math.round(ns % unit))
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return `${Math.floor(ns / unit)}${fraction === '' ? '' : `.${fraction}`}`;
}
