import { copyJson, getField, isObject, type JsonObject, setField } from '../json.js';

/** RFC 7386: null removes, objects merge, everything else replaces. @returns a new document */
export function mergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return copyJson(patch);
  const result: JsonObject = isObject(document) ? { ...document } : {};
  for (const field of Object.keys(patch)) {
    if (patch[field] === null) delete result[field];
    else setField(result, field, mergePatch(getField(result, field), patch[field]));
  }
  return result;
}
