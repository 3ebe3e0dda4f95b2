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
import { appliedByClient } from './last-applied.js';
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
  if (!request.force) {
    const allowed = appliedByClient(request.manager, live, schema);
    checkConflicts(kept.map((owner) => ({ ...owner, lost: difference(owner.lost, allowed) })));
  }

  const ownedByOthers = others.reduce((set, entry) => union(set, entry.fieldsV1), NO_FIELDS);
  const dropped = difference(difference(mine?.fieldsV1 ?? NO_FIELDS, wanted), ownedByOthers);
  const object = isEmptySet(dropped) ? merged : withoutFields(merged, dropped, wanted, schema);
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

type Owner = ManagedFields & { readonly lost: FieldSet };

function checkConflicts(owners: readonly Owner[]): void {
  const conflicts = owners.flatMap((owner) =>
    pathsOf(owner.lost).map((field) => ({ manager: described(owner), field })),
  );
  if (conflicts.length === 0) return;
  const causes = conflicts.map(({ manager, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${manager}`,
    field,
  }));
  throw new StatusError(409, 'Conflict', conflictMessage(conflicts), { causes });
}

/** One conflict stands in the line; more are listed below their managers. */
function conflictMessage(conflicts: readonly { readonly manager: string; readonly field: string }[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1) return `Apply failed with 1 conflict: conflict with ${first?.manager}: ${first?.field}`;
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].sort();
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((conflict) => conflict.manager === manager).map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`;
}

function described({ manager, subresource, operation, apiVersion, time }: Owner): string {
  const name = JSON.stringify(manager) + (subresource ? ` with subresource ${JSON.stringify(subresource)}` : '');
  if (operation === 'Apply') return name;
  return `${name} using ${apiVersion}${time ? ` at ${time}` : ''}`;
}
