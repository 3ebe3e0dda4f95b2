const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};
/** The largest number that the field can hold. */
const VALUE_MAX = 99_999_999;

/**
 * Reads `grpc-timeout`: up to eight digits and a unit, whole milliseconds, rounded up.
 * Source: gRPC over HTTP/2, "Requests".
 */
export function grpcTimeout_ms(value: string | undefined): number | undefined {
  const parts = value === undefined ? null : /^(\d{1,8})([HMSmun])$/.exec(value);
  return parts === null ? undefined : Math.ceil(Number(parts[1]) * UNIT_MS[parts[2]!]!);
}

/** Writes it in the smallest unit that holds it. */
export function formatGrpcTimeout(timeout_ms: number): string {
  if (timeout_ms <= VALUE_MAX) return `${Math.ceil(timeout_ms)}m`;
  if (timeout_ms <= VALUE_MAX * 1_000) return `${Math.floor(timeout_ms / 1_000)}S`;
  return `${Math.min(VALUE_MAX, Math.floor(timeout_ms / 60_000))}M`;
}
