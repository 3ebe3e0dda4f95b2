const MILLISECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};

/**
 * Milliseconds of a duration as Istio writes it: `1s`, `1.5s`, `250ms`, `1h30m`; may be fractional.
 * Undefined where the text is none (no unit, unknown unit, negative).
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const part = /(\d+(?:\.\d*)?|\.\d+)(h|ms|us|µs|ns|m|s)/y;
  let total_ms = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) return undefined;
    total_ms += Number(match[1]) * MILLISECONDS_PER_UNIT[match[2]!]!;
  }
  return text === '' ? undefined : total_ms;
}

/** As {@link parseDuration}, of a value that validation has let through. */
export function duration_ms(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new RangeError(`Cannot parse duration ${JSON.stringify(text)}`);
  return parsed;
}
