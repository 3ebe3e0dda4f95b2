/** Kubernetes quantities: `500m`, `1Gi`, `2e3`, or a plain number. */
const SHAPE = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([KMGTPE]i)|([numkMGTPE]))?$/;
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const DECIMAL: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
};

export const QUANTITY_SHAPE_TEXT =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** The quantity's value, or undefined when it is none. */
export function parseQuantity(quantity: unknown): number | undefined {
  if (typeof quantity === 'number') return quantity;
  const match = typeof quantity === 'string' ? SHAPE.exec(quantity) : null;
  if (!match) return undefined;
  const [, digits, exponent, binary, decimal] = match;
  if (exponent) return Number(`${digits}${exponent}`);
  if (binary) return Number(digits) * 1024 ** (BINARY.indexOf(binary) + 1);
  return Number(digits) * (decimal ? (DECIMAL[decimal] ?? 1) : 1);
}

/** Negative, zero or positive. What does not parse counts as zero. */
export function compareQuantities(a: string, b: string): number {
  return (parseQuantity(a) ?? 0) - (parseQuantity(b) ?? 0);
}

export function isZeroQuantity(quantity: string): boolean {
  return (parseQuantity(quantity) ?? 0) === 0;
}
