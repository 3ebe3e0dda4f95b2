import type { KubeObject } from '../../resources/object.js';
import {
  type ApiContext,
  admissionRequest,
  keyOf,
  latestOf,
  resourceName,
  type Target,
  withRevision,
} from '../api-context.js';
import { conflict, notFound } from '../status-error.js';
import { timestamp } from '../timestamp.js';
import { gracePeriodSeconds } from './grace-period.js';
import { isFinished } from './update.js';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

export interface Deleted {
  /** The last state of the object, in its storage version. */
  readonly object: KubeObject;
  /** False: it is marked, and goes when its grace period and finalizers are through. */
  readonly gone: boolean;
}

/** Nothing is awaited between the look at the object and the write, so no other write can come between. */
export async function deleteObject(context: ApiContext, target: Target, options: DeleteOptions): Promise<Deleted> {
  const entry = latestOf(context, target);
  if (!entry) throw notFound(resourceName(target.kind), target.name);
  checkPreconditions(target, entry.value, options.preconditions);
  const request = admissionRequest('DELETE', target, entry.value, { dryRun: options.dryRun === true });
  for (const admission of context.admissions) admission.validate?.(request);

  const marked = mark(context, target, entry.value, options);
  const gone = isFinished(marked);
  if (options.dryRun || marked === entry.value) return { object: marked, gone };
  const key = keyOf(target);
  if (gone) {
    await context.store.write([{ type: 'delete', key, expected: entry.revision }]);
    return { object: marked, gone };
  }
  let object = marked;
  const value = (revision: number): KubeObject => {
    object = withRevision(marked, revision);
    return object;
  };
  await context.store.write([{ type: 'put', key, value, expected: entry.revision }]);
  return { object, gone };
}

function checkPreconditions(target: Target, object: KubeObject, wanted: DeleteOptions['preconditions']): void {
  const { uid, resourceVersion } = object.metadata;
  if (wanted?.uid !== undefined && wanted.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${wanted.uid}, UID in object meta: ${uid}`;
    throw conflict(resourceName(target.kind), target.name, why);
  }
  if (wanted?.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    const why = `Precondition failed: ResourceVersion in precondition: ${wanted.resourceVersion}, ResourceVersion in object meta: ${resourceVersion}`;
    throw conflict(resourceName(target.kind), target.name, why);
  }
}

/** The object with its deletion asked for; the same object where that was so already. */
function mark(context: ApiContext, target: Target, stored: KubeObject, options: DeleteOptions): KubeObject {
  const { metadata } = stored;
  const grace = gracePeriodSeconds(target.kind.definition, stored, options.gracePeriodSeconds);
  const already = metadata.deletionTimestamp !== undefined;
  if (already && grace >= (metadata.deletionGracePeriodSeconds ?? 0)) return stored;
  const finalizers = already
    ? metadata.finalizers
    : finalizersFor(metadata.finalizers ?? [], options.propagationPolicy);
  const object: KubeObject = {
    ...stored,
    metadata: {
      ...metadata,
      deletionTimestamp: timestamp(context.clock.now() + grace * 1000),
      deletionGracePeriodSeconds: grace,
      ...(finalizers && finalizers.length > 0 && { finalizers }),
      ...(metadata.generation !== undefined && { generation: metadata.generation + 1 }),
    },
  };
  if (isNamespace(target)) object['status'] = { ...(stored['status'] as object), phase: 'Terminating' };
  return object;
}

function finalizersFor(present: readonly string[], policy: DeleteOptions['propagationPolicy']): string[] {
  const others = present.filter((name) => name !== FOREGROUND && name !== ORPHAN);
  if (policy === 'Foreground') return [...others, FOREGROUND];
  if (policy === 'Orphan') return [...others, ORPHAN];
  return policy === 'Background' ? others : [...present];
}

function isNamespace({ kind }: Target): boolean {
  return kind.definition.group === '' && kind.definition.plural === 'namespaces';
}
