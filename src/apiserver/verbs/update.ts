import type { KubeObject } from '../../resources/object.js';
import { admit } from '../admission/run.js';
import {
  type ApiContext,
  admissionRequest,
  keyOf,
  latestOf,
  resourceName,
  type Target,
  type WriteOptions,
  withRevision,
} from '../api-context.js';
import { trackUpdate } from '../apply/managed-fields.js';
import { toStorage } from '../conversion.js';
import { hasGeneration } from '../generation.js';
import { copyJson, equalJson, type JsonObject } from '../json.js';
import { SERVER_METADATA } from '../server-metadata.js';
import { notFound } from '../status-error.js';
import { decodeObject } from '../validation/decode.js';
import { checkBody } from './check-body.js';

export interface Replacement {
  readonly target: Target;
  /** Undefined for the object itself. `status` writes only that; others, such as `finalize`, everything. */
  readonly subresource?: string;
  /**
   * The object as its writer wants it, in the target's version, from what is stored (in the same version).
   */
  readonly next: (existing: KubeObject) => unknown;
  /** Server-side apply brings its own record of who owns which field. */
  readonly managedFields?: (next: KubeObject) => unknown[] | undefined;
}

/**
 * Changes a stored object. Nothing is awaited between the look at it and the write, so no other write can come between.
 * @returns it in its storage version
 */
export async function replaceObject(
  context: ApiContext,
  replacement: Replacement,
  options: WriteOptions,
): Promise<KubeObject> {
  const { target, subresource } = replacement;
  const entry = latestOf(context, target);
  if (!entry) throw notFound(resourceName(target.kind), target.name);
  const old = entry.value;
  const wanted = decodeObject(target.kind, replacement.next(context.conversion.fromStorage(target.kind, old)), options);
  checkBody(target, wanted, old);

  const object = combine(target, toStorage(target.kind, wanted), old, subresource);
  keepMetadata(target, object, old);
  const request = admissionRequest('UPDATE', target, object, options, { old, ...(subresource && { subresource }) });
  admit(target.kind, context.admissions, request);
  if (hasGeneration(target.kind.definition) && subresource !== 'status' && !equalJson(desired(object), desired(old))) {
    object.metadata.generation = (old.metadata.generation ?? 1) + 1;
  }
  const write = {
    kind: target.kind,
    manager: options.fieldManager,
    clock: context.clock,
    ...(subresource && { subresource }),
  };
  const fields = replacement.managedFields?.(object) ?? trackUpdate(write, object, old, wanted.metadata.managedFields);
  if (fields?.length === 0) delete object.metadata.managedFields;
  else if (fields) object.metadata.managedFields = fields;
  if (equalJson(object, old)) return old;
  if (options.dryRun) return object;
  return store(context, target, object, entry.revision);
}

async function store(context: ApiContext, target: Target, object: KubeObject, expected: number): Promise<KubeObject> {
  const key = keyOf(target);
  if (isFinished(object)) {
    await context.store.write([{ type: 'delete', key, expected }]);
    return object;
  }
  let written = object;
  const value = (revision: number): KubeObject => {
    written = withRevision(object, revision);
    return written;
  };
  await context.store.write([{ type: 'put', key, value, expected }]);
  return written;
}

/** Marked for deletion, and nothing more to wait for. */
export function isFinished(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata;
  if (deletionTimestamp === undefined || (finalizers?.length ?? 0) > 0 || (deletionGracePeriodSeconds ?? 0) > 0)
    return false;
  return ((object['spec'] as { finalizers?: unknown[] } | undefined)?.finalizers?.length ?? 0) === 0;
}

/** The wanted object with what this door may not change taken from the stored one. */
function combine(target: Target, wanted: KubeObject, old: KubeObject, subresource: string | undefined): KubeObject {
  const { definition } = target.kind;
  if (subresource === 'status') {
    const { status: _, ...rest } = copyJson(old);
    return { ...rest, ...(wanted['status'] !== undefined && { status: wanted['status'] }) };
  }
  const object: KubeObject = { ...wanted, metadata: { ...wanted.metadata } };
  if (definition.subresources?.status && subresource === undefined) {
    delete object['status'];
    if (old['status'] !== undefined) object['status'] = copyJson(old['status']);
  }
  return object;
}

function keepMetadata(target: Target, object: KubeObject, old: KubeObject): void {
  const metadata: JsonObject = { ...object.metadata };
  for (const field of SERVER_METADATA) {
    delete metadata[field];
    if (old.metadata[field] !== undefined) metadata[field] = copyJson(old.metadata[field]);
  }
  if (!target.kind.definition.namespaced) delete metadata['namespace'];
  object.metadata = metadata as unknown as KubeObject['metadata'];
}

/** What an object's writer asked for: all but metadata and status. */
function desired(object: KubeObject): JsonObject {
  const { metadata: _1, status: _2, ...rest } = object;
  return rest;
}
