/** As people write it: without Docker's own registry and its folder of official images. */
export function familiar(name: string): string {
  return name.replace(/^docker\.io\//, '').replace(/^library\/(?=[^/]+$)/, '');
}

export function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}

const AGES: readonly (readonly [string, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

export function ageOf(age_ms: number): string {
  for (const [unit, unit_ms] of AGES) {
    const count = Math.floor(age_ms / unit_ms);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a second';
}

export function sizeOf(bytes: number): string {
  for (const [unit, unit_bytes] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
  ] as const) {
    if (bytes >= unit_bytes) return `${(bytes / unit_bytes).toPrecision(3)}${unit}`;
  }
  return `${bytes}B`;
}
