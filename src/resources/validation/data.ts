import type { FieldError } from '../kind.js';
import type { KubeObject } from '../object.js';
import { sameJson } from '../same-json.js';
import { forbidden, invalid, tooLong } from './errors.js';
import { configKey } from './names.js';

/** Of all values of a ConfigMap or Secret together. */
const DATA_BYTES_MAX = 1024 * 1024;

type Data = Readonly<Record<string, string>> | undefined;

/** Keys are file names, and appear once among all the maps given; the whole has a limit. */
export function validateData(maps: Readonly<Record<string, Data>>): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Map<string, string>();
  let bytes = 0;
  for (const [field, data] of Object.entries(maps)) {
    for (const [key, value] of Object.entries(data ?? {})) {
      const problem = configKey(key);
      if (problem) errors.push(invalid(`${field}[${key}]`, key, problem));
      const other = seen.get(key);
      if (other) errors.push(invalid(`${other}[${key}]`, key, `duplicate of key present in ${field}`));
      seen.set(key, field);
      bytes += Buffer.byteLength(value);
    }
  }
  if (bytes > DATA_BYTES_MAX) errors.push(tooLong('', DATA_BYTES_MAX));
  return errors;
}

/** With `immutable: true` the fields stay, and `immutable` itself too. */
export function validateDataUpdate(object: KubeObject, old: KubeObject, fields: readonly string[]): FieldError[] {
  if (!old['immutable']) return [];
  const errors = object['immutable'] ? [] : [forbidden('immutable', 'field is immutable when `immutable` is set')];
  for (const field of fields) {
    if (!sameJson(object[field] ?? {}, old[field] ?? {})) {
      errors.push(forbidden(field, 'field is immutable when `immutable` is set'));
    }
  }
  return errors;
}
