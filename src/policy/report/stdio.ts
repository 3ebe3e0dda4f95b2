import { formatDuration, type StringMap } from '../../expr/index.js';
import type { LogLevel, StdioConfig } from '../config.js';
import type { TypedValue } from '../instances.js';
import { stringify } from '../stringify.js';

const SEVERITY: Readonly<Record<LogLevel, number>> = { INFO: 0, WARNING: 1, ERROR: 2 };
/** As zap, which Mixer logged with, names them. */
const LEVEL_NAMES: Readonly<Record<LogLevel, string>> = { INFO: 'info', WARNING: 'warn', ERROR: 'error' };

export interface StdioEntry {
  readonly instance: string;
  readonly level: LogLevel;
  readonly time_ms: number;
  readonly fields: ReadonlyMap<string, TypedValue>;
}

/** Whether the handler writes entries of that level. */
export function isWritten({ outputLevel }: StdioConfig, level: LogLevel): boolean {
  return SEVERITY[level] >= SEVERITY[outputLevel];
}

/** One line: JSON, or columns for people. */
export function formatEntry({ outputAsJson }: StdioConfig, { instance, level, time_ms, fields }: StdioEntry): string {
  const time = microseconds(time_ms);
  const values = Object.fromEntries([...fields].map(([name, value]) => [name, jsonValue(value)]));
  if (outputAsJson) return JSON.stringify({ level: LEVEL_NAMES[level], time, instance, ...values });
  return [time, LEVEL_NAMES[level], instance, JSON.stringify(values)].join('\t');
}

/** `2018-01-02T15:04:05.000000Z` */
function microseconds(time_ms: number): string {
  const micros = Math.floor((time_ms % 1) * 1_000);
  return `${new Date(Math.floor(time_ms)).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

function jsonValue({ type, value }: TypedValue): unknown {
  switch (type) {
    case 'DURATION':
      return formatDuration(value as number);
    case 'TIMESTAMP':
      return microseconds(value as number);
    case 'STRING_MAP':
      return Object.fromEntries((value as StringMap).entries());
    case 'INT64':
    case 'DOUBLE':
    case 'BOOL':
      return value;
    default:
      return stringify(value, type);
  }
}
