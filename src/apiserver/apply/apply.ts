import type { Clock } from '../../base/clock.js';
import type { KubeObject } from '../../resources/object.js';
import type { Schema } from '../../resources/schema.js';
import type { ServedKind } from '../kind-table.js';
import { StatusError } from '../status-error.js';
import { timestamp } from '../timestamp.js';
import { wholeSchema } from '../validation/conform.js';
import {
  changedFields,
  difference,
  type FieldSet,
  fieldsOf,
  intersection,
  isEmptySet,
  NO_FIELDS,
  pathsOf,
  union,
} from './field-set.js';
import { type ManagedFields, managedFieldsOf, ownable } from './managed-fields.js';
import { mergeApplied, withoutFields } from './merge.js';

export interface ApplyRequest {
  readonly kind: ServedKind;
  readonly manager: string;
  readonly force: boolean;
  readonly subresource?: string;
}

export interface Applied {
  readonly object: unknown;
  readonly managedFields: ManagedFields[];
}

/** Who an object's fields belong to that was there before anyone applied it, as Kubernetes names it. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/**
 * Server-side apply: the live object with the configuration's fields, without those that this manager applied before and has
 * dropped. Throws Conflict where a field that would change belongs to someone else.
 * @param live absent: the object will be created
 */
export function applyConfiguration(
  request: ApplyRequest,
  live: KubeObject | undefined,
  configuration: KubeObject,
  clock: Clock,
): Applied {
  const schema = wholeSchema(request.kind.version.schema);
  const wanted = ownable(fieldsOf(configuration, schema));
  const entries = live ? ownersOf(live, schema) : [];
  const mine = entries.find((entry) => isMine(entry, request));
  const others = entries.filter((entry) => entry !== mine);

  const merged = live ? mergeApplied(live, configuration, schema) : configuration;
  const changed = ownable(changedFields(live, merged, schema) ?? NO_FIELDS);
  const kept = others.map((entry) => ({ ...entry, lost: intersection(entry.fieldsV1, changed) }));
  if (!request.force) checkConflicts(kept);

  const ownedByOthers = others.reduce((set, entry) => union(set, entry.fieldsV1), NO_FIELDS);
  const dropped = difference(difference(mine?.fieldsV1 ?? NO_FIELDS, wanted), ownedByOthers);
  const object = isEmptySet(dropped) ? merged : withoutFields(merged, dropped, schema);
  const unchanged = mine && isEmptySet(changed) && isEmptySet(dropped) && isEmptySet(difference(wanted, mine.fieldsV1));
  const entry: ManagedFields = {
    manager: request.manager,
    operation: 'Apply',
    apiVersion: request.kind.apiVersion,
    ...(request.subresource && { subresource: request.subresource }),
    time: unchanged && mine.time ? mine.time : timestamp(clock.now()),
    fieldsType: 'FieldsV1',
    fieldsV1: wanted,
  };
  const remaining = kept
    .map(({ lost, ...other }) => ({ ...other, fieldsV1: difference(other.fieldsV1, lost) }))
    .filter(({ fieldsV1 }) => !isEmptySet(fieldsV1));
  return { object, managedFields: [...remaining, entry] };
}

function ownersOf(live: KubeObject, schema: Schema): readonly ManagedFields[] {
  const entries = managedFieldsOf(live);
  if (entries.length > 0) return entries;
  const { 'f:status': _, ...fieldsV1 } = ownable(fieldsOf(live, schema));
  return [
    {
      manager: BEFORE_FIRST_APPLY,
      operation: 'Update',
      apiVersion: live.apiVersion,
      fieldsType: 'FieldsV1',
      fieldsV1,
    },
  ];
}

function isMine(entry: ManagedFields, { manager, subresource }: ApplyRequest): boolean {
  return entry.manager === manager && entry.operation === 'Apply' && entry.subresource === subresource;
}

function checkConflicts(owners: readonly (ManagedFields & { lost: FieldSet })[]): void {
  const conflicts = owners.flatMap(({ manager, apiVersion, operation, lost }) => {
    const using = operation === 'Apply' ? '' : ` using ${apiVersion}`;
    return pathsOf(lost).map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${JSON.stringify(manager)}${using}`,
      field,
    }));
  });
  if (conflicts.length === 0) return;
  const noun = conflicts.length === 1 ? 'conflict' : 'conflicts';
  const lines = conflicts.map(({ message, field }) => `${message}: ${field}`).join('\n');
  throw new StatusError(409, 'Conflict', `Apply failed with ${conflicts.length} ${noun}: ${lines}`, {
    causes: conflicts,
  });
}
