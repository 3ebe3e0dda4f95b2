import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { StreamInfo } from '../http/stream-info.js';
import { type Formatter, joinParts } from './formatter.js';
import { parseFormat } from './parse.js';

type JsonMaker = (info: StreamInfo) => JsonValue | undefined;

/**
 * One JSON object a line, its keys in order as Envoy's. A value that is one operator keeps its type and is null when there is none;
 * one that mixes operators and text is a text.
 * @param omitEmpty leaves such members out instead
 * @throws ConfigError
 */
export function compileJsonFormat(format: JsonObject, path: string, omitEmpty: boolean): Formatter {
  const make = compileValue(format, path, omitEmpty);
  return (info) => `${JSON.stringify(make(info) ?? {})}\n`;
}

function compileValue(value: JsonValue, path: string, omitEmpty: boolean): JsonMaker {
  if (typeof value === 'string') return compileText(value, path, omitEmpty);
  if (Array.isArray(value)) {
    const items = value.map((item, i) => compileValue(item, `${path}[${i}]`, omitEmpty));
    return (info) => {
      const list = items.map((item) => item(info));
      return omitEmpty ? list.filter((item) => item !== undefined) : list.map((item) => item ?? null);
    };
  }
  if (typeof value === 'object' && value !== null) return compileObject(value, path, omitEmpty);
  return () => value;
}

function compileObject(value: JsonObject, path: string, omitEmpty: boolean): JsonMaker {
  const entries = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, compileValue(item, `${path}.${key}`, omitEmpty)] as const);
  return (info) => {
    const out: JsonObject = {};
    for (const [key, make] of entries) {
      const made = make(info);
      if (made !== undefined) out[key] = made;
      else if (!omitEmpty) out[key] = null;
    }
    return out;
  };
}

function compileText(format: string, path: string, omitEmpty: boolean): JsonMaker {
  const parts = parseFormat(format, path);
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'function') return only;
  return joinParts(parts, omitEmpty ? '' : '-');
}
