import type { StringMap } from '../../expr/index.js';
import type { TypedValue } from '../instances.js';
import { stringify } from '../stringify.js';
import type { LogValue } from './log-sink.js';

export interface FluentdRecord {
  readonly tag: string;
  readonly record: Readonly<Record<string, LogValue>>;
}

/** What fluentd gets of a log entry. A variable `tag` names the tag instead of the instance, which is then the field `name`. */
export function fluentdRecord(
  instance: string,
  severity: string,
  variables: ReadonlyMap<string, TypedValue>,
): FluentdRecord {
  const record: Record<string, LogValue> = {};
  for (const [name, variable] of variables) record[name] = logValue(variable);
  record['severity'] = severity;
  const { tag, ...rest } = record;
  if (tag === undefined) return { tag: instance, record };
  return { tag: String(tag), record: { ...rest, name: instance } };
}

function logValue({ type, value }: TypedValue): LogValue {
  if (type === 'STRING_MAP') return Object.fromEntries((value as StringMap).entries());
  if (type === 'DURATION' || type === 'TIMESTAMP') return stringify(value, type);
  return value as string | number | boolean;
}
