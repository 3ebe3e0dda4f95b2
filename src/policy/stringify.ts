import { formatDuration, type StringMap, type Value, type ValueType } from '../expr/index.js';

/** A value as Mixer's adapters write it in labels and compare it with dimensions. */
export function stringify(value: Value, type: ValueType): string {
  if (typeof value === 'string') return value;
  if (type === 'DURATION') return formatDuration(value as number);
  if (type === 'TIMESTAMP') return new Date(value as number).toISOString();
  if (type === 'STRING_MAP') {
    const entries = [...(value as StringMap).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([key, text]) => `${key}=${text}`).join('&');
  }
  return String(value);
}
