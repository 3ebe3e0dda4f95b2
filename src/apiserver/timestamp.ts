/** RFC 3339 without fraction, as in all metadata. */
export function timestamp(time_ms: number): string {
  return `${new Date(time_ms).toISOString().slice(0, 19)}Z`;
}
