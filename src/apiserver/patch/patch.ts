import type { KubeObject } from '../../resources/object.js';
import { isObject } from '../json.js';
import type { ServedKind } from '../kind-table.js';
import { StatusError } from '../status-error.js';
import { wholeSchema } from '../validation/conform.js';
import { jsonPatch } from './json-patch.js';
import { mergePatch } from './merge-patch.js';
import { strategicMerge } from './strategic-merge.js';

export type PatchType = 'json' | 'merge' | 'strategic';

/** What an object becomes by a patch, in the version of both. */
export function patched(kind: ServedKind, object: KubeObject, type: PatchType, body: unknown): unknown {
  const result = applyPatch(kind, object, type, body);
  if (!isObject(result) || !isObject(result['metadata'])) {
    throw new StatusError(422, 'Invalid', 'the patch leaves no object with metadata', {});
  }
  return result;
}

function applyPatch(kind: ServedKind, object: KubeObject, type: PatchType, body: unknown): unknown {
  switch (type) {
    case 'json':
      return jsonPatch(object, body);
    case 'merge':
      return mergePatch(object, body);
    case 'strategic':
      return strategicMerge(object, body, wholeSchema(kind.version.schema));
  }
}
