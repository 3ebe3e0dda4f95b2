import { Failure } from '../values.js';

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** `timestamp("2015-01-02T15:04:35Z")`: milliseconds since 1970. */
export function timestamp(text: string): number | Failure {
  const time_ms = RFC3339.test(text) ? Date.parse(text.replace(',', '.')) : Number.NaN;
  if (!Number.isNaN(time_ms)) return time_ms;
  return new Failure(`could not convert '${text}' to TIMESTAMP. expected format: '2006-01-02T15:04:05Z07:00'`);
}
