import type { JsonValue } from '@bufbuild/protobuf';
import type { Step } from './scenario.js';

interface Page {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** The part of an admin page that a step compares: lines that fit `lines`, sorted, or values at the paths of `pick`. */
export function pageOf({ status, type, body }: Page, { lines, pick }: Step): object {
  if (pick !== undefined) return { status, type, values: picked(body, pick) };
  if (lines === undefined) return { status, type, body };
  const pattern = new RegExp(lines);
  return {
    status,
    type,
    lines: body
      .split('\n')
      .filter((line) => pattern.test(line))
      .sort(),
  };
}

function picked(body: string, paths: readonly string[]): object {
  let json: JsonValue;
  try {
    json = JSON.parse(body) as JsonValue;
  } catch {
    return { 'not JSON': body.slice(0, 500) };
  }
  return Object.fromEntries(paths.map((path) => [path, valueAt(json, path.split('.')) ?? null]));
}

/** `configs.0.dynamic_listeners.*.name`: `*` takes every item. */
function valueAt(json: JsonValue, [first, ...rest]: string[]): JsonValue | undefined {
  if (first === undefined) return json;
  if (json === null || typeof json !== 'object') return undefined;
  if (first === '*') return Object.values(json).map((item) => valueAt(item, rest) ?? null);
  const next = (json as Record<string, JsonValue>)[first];
  return next === undefined ? undefined : valueAt(next, rest);
}
