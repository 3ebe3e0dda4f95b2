import type { Clock } from '../../base/clock.js';
import type { KubeObject } from '../../resources/object.js';
import { equalJson, isObject } from '../json.js';
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

/** A write that is to be tracked. */
export interface TrackedWrite {
  readonly kind: ServedKind;
  readonly manager: string | undefined;
  readonly subresource?: string;
  readonly clock: Clock;
}

/**
 * The owner of a new object's fields. Only what comes over HTTP is tracked from its creation: the controllers' own objects are
 * many, and the record would cost more memory than they do. What nobody owns belongs to `before-first-apply` when it is applied,
 * as in Kubernetes.
 */
export function trackCreation(write: TrackedWrite, object: KubeObject): ManagedFields[] {
  const fields = ownable(fieldsOf(object, wholeSchema(write.kind.version.schema)));
  return [entryOf(write, object, withoutStatus(write.kind, fields))].filter(({ fieldsV1 }) => !isEmptySet(fieldsV1));
}

/**
 * Owners after an ordinary write.
 * @param given the record as its writer sent it, who may change it: so kubectl turns `apply` into `apply --server-side`
 * @returns undefined where there is nothing to track
 */
export function trackUpdate(
  write: TrackedWrite,
  object: KubeObject,
  old: KubeObject,
  given: readonly unknown[] | undefined,
): ManagedFields[] | undefined {
  const before = managedFieldsOf(old);
  const entries = given === undefined || equalJson(given, before) ? before : given.filter(isEntry);
  if (entries.length === 0) return given === undefined ? undefined : [];
  const schema = wholeSchema(write.kind.version.schema);
  const changed = ownable(changedFields(old, object, schema) ?? NO_FIELDS);
  const removed = difference(ownable(fieldsOf(old, schema)), ownable(fieldsOf(object, schema)));
  if (isEmptySet(changed) && isEmptySet(removed)) return entries === before ? undefined : [...entries];
  const isMine = (entry: ManagedFields): boolean =>
    entry.operation === 'Update' &&
    entry.manager === (write.manager || 'unknown') &&
    entry.subresource === write.subresource;
  const others = entries.map((entry) => {
    const lost = isMine(entry) ? removed : union(changed, removed);
    return { ...entry, fieldsV1: difference(entry.fieldsV1, lost) };
  });
  const mine = others.find(isMine);
  const written = entryOf(write, object, union(mine?.fieldsV1 ?? NO_FIELDS, changed));
  return [...others.filter((entry) => entry !== mine), written].filter((entry) => !isEmptySet(entry.fieldsV1));
}

function entryOf({ manager, subresource, clock }: TrackedWrite, object: KubeObject, fieldsV1: FieldSet): ManagedFields {
  return {
    manager: manager || 'unknown',
    operation: 'Update',
    apiVersion: object.apiVersion,
    time: timestamp(clock.now()),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource && { subresource }),
  };
}

/** Where it is written by a door of its own, whoever makes the object does not own it. */
function withoutStatus({ definition }: ServedKind, fields: FieldSet): FieldSet {
  if (!definition.subresources?.status) return fields;
  const { 'f:status': _, ...rest } = fields;
  return rest;
}

function isEntry(value: unknown): value is ManagedFields {
  return isObject(value) && typeof value['manager'] === 'string' && isObject(value['fieldsV1']);
}
