/** As in all metadata and conditions: UTC, whole seconds. */
export function rfc3339(time_ms: number): string {
  return `${new Date(time_ms).toISOString().slice(0, 19)}Z`;
}
