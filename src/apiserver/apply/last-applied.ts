import type { KubeObject } from '../../resources/object.js';
import type { Schema } from '../../resources/schema.js';
import { isObject } from '../json.js';
import { changedFields, difference, type FieldSet, fieldsOf, NO_FIELDS } from './field-set.js';
import { ownable } from './managed-fields.js';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const KUBECTL = 'kubectl';

/**
 * The fields that an earlier `kubectl apply` on the client set and that nobody changed since: the same user may change them by
 * `kubectl apply --server-side`, whatever manager they are recorded for. Others than kubectl get no such help, as in Kubernetes.
 */
export function appliedByClient(manager: string, live: KubeObject | undefined, schema: Schema): FieldSet {
  const text = manager === KUBECTL ? live?.metadata.annotations?.[LAST_APPLIED] : undefined;
  const applied = text === undefined ? undefined : parsed(text);
  if (!isObject(applied)) return NO_FIELDS;
  return difference(ownable(fieldsOf(applied, schema)), changedFields(live, applied, schema) ?? NO_FIELDS);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
