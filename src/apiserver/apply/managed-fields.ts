import type { Clock } from '../../base/clock.js';
import type { KubeObject } from '../../resources/object.js';
import type { ServedKind } from '../kind-table.js';
import { SERVER_METADATA } from '../server-metadata.js';
import { timestamp } from '../timestamp.js';
import { wholeSchema } from '../validation/conform.js';
import { changedFields, difference, type FieldSet, fieldsOf, isEmptySet, NO_FIELDS, union } from './field-set.js';

/** One entry of metadata.managedFields: who wrote which fields, and how. */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: FieldSet;
  readonly subresource?: string;
}

/** Metadata that nobody owns. */
const UNOWNED_METADATA: FieldSet = Object.fromEntries(
  [...SERVER_METADATA, 'selfLink'].map((field) => [`f:${field}`, NO_FIELDS]),
);

export function managedFieldsOf(object: KubeObject): readonly ManagedFields[] {
  return (object.metadata.managedFields ?? []) as readonly ManagedFields[];
}

/** Fields of an object that can have an owner. */
export function ownable(set: FieldSet): FieldSet {
  const { 'f:apiVersion': _1, 'f:kind': _2, 'f:metadata': metadata = NO_FIELDS, ...rest } = set;
  const owned = difference(metadata, UNOWNED_METADATA);
  return isEmptySet(owned) ? rest : { ...rest, 'f:metadata': owned };
}

/**
 * Owners after an ordinary write. Only objects that were applied server-side are tracked: for others the record would cost
 * more memory than the object and answer no question (Kubernetes treats custom resources without managedFields so).
 * @returns undefined where there is nothing to track
 */
export function trackUpdate(
  kind: ServedKind,
  object: KubeObject,
  old: KubeObject,
  manager: string | undefined,
  clock: Clock,
): ManagedFields[] | undefined {
  const entries = managedFieldsOf(old);
  if (entries.length === 0) return undefined;
  const schema = wholeSchema(kind.version.schema);
  const changed = ownable(changedFields(old, object, schema) ?? NO_FIELDS);
  const removed = difference(ownable(fieldsOf(old, schema)), ownable(fieldsOf(object, schema)));
  if (isEmptySet(changed) && isEmptySet(removed)) return undefined;
  const name = manager || 'unknown';
  const others = entries.map((entry) => {
    const own = entry.manager === name && entry.operation === 'Update';
    const lost = own ? removed : union(changed, removed);
    return { ...entry, fieldsV1: difference(entry.fieldsV1, lost) };
  });
  const mine = others.find((entry) => entry.manager === name && entry.operation === 'Update');
  const written: ManagedFields = {
    manager: name,
    operation: 'Update',
    apiVersion: object.apiVersion,
    time: timestamp(clock.now()),
    fieldsType: 'FieldsV1',
    fieldsV1: union(mine?.fieldsV1 ?? NO_FIELDS, changed),
  };
  return [...others.filter((entry) => entry !== mine), written].filter((entry) => !isEmptySet(entry.fieldsV1));
}
