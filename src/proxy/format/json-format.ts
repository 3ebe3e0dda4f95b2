import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { StreamInfo } from '../http/stream-info.js';
import { type Formatter, joinParts } from './formatter.js';
import { jsonText } from './json-text.js';
import type { FormatValue } from './operator.js';
import { parseFormat } from './parse.js';

/** Writes a value as JSON; undefined when there is none. */
type Writer = (info: StreamInfo) => string | undefined;

/**
 * One JSON object a line, its keys in order as Envoy's. A value that is one operator keeps its type and is null when there is none;
 * one that mixes operators and text is a text.
 * @param omitEmpty leaves such members out instead
 * @throws ConfigError
 */
export function compileJsonFormat(format: JsonObject, path: string, omitEmpty: boolean): Formatter {
  const write = compileObject(format, path, omitEmpty);
  return (info) => `${write(info)}\n`;
}

function compileValue(value: JsonValue, path: string, omitEmpty: boolean): Writer {
  if (typeof value === 'string') return compileText(value, path, omitEmpty);
  if (Array.isArray(value)) {
    const items = value.map((item, i) => compileValue(item, `${path}[${i}]`, omitEmpty));
    return (info) => {
      const list = items.map((item) => item(info));
      return `[${(omitEmpty ? list.filter((item) => item !== undefined) : list.map((item) => item ?? 'null')).join(',')}]`;
    };
  }
  if (typeof value === 'object' && value !== null) return compileObject(value, path, omitEmpty);
  const fixed = JSON.stringify(value);
  return () => fixed;
}

function compileObject(value: JsonObject, path: string, omitEmpty: boolean): Writer {
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => {
      const name = `${jsonText(Buffer.from(key).toString('latin1'))}:`;
      return [name, compileValue(item, `${path}.${key}`, omitEmpty)] as const;
    });
  return (info) => {
    let out = '';
    for (const [name, write] of members) {
      const text = write(info) ?? (omitEmpty ? undefined : 'null');
      if (text !== undefined) out += `${out === '' ? '' : ','}${name}${text}`;
    }
    return `{${out}}`;
  };
}

function compileText(format: string, path: string, omitEmpty: boolean): Writer {
  const parts = parseFormat(format, path);
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'function') return (info) => valueText(only(info));
  const join = joinParts(parts, omitEmpty ? '' : '-');
  return (info) => jsonText(join(info));
}

function valueText(value: FormatValue): string | undefined {
  if (typeof value === 'string') return jsonText(value);
  if (typeof value === 'number') return String(value);
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}
