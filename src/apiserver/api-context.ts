import type { Clock } from '../base/clock.js';
import type { Gvr, KubeObject } from '../resources/object.js';
import type { Entry, Store } from '../store/store.js';
import type { Admission, AdmissionRequest } from './admission/admission.js';
import type { Conversion } from './conversion.js';
import { objectKey } from './keys.js';
import type { KindTable, ServedKind } from './kind-table.js';
import { noSuchPath, type ResourceName } from './status-error.js';

/** What every verb needs. */
export interface ApiContext {
  readonly store: Store<KubeObject>;
  readonly kinds: KindTable;
  readonly clock: Clock;
  readonly conversion: Conversion;
  readonly admissions: readonly Admission[];
}

/** How one call wants its write done. */
export interface WriteOptions {
  /** Who the fields belong to afterwards; see server-side apply. */
  readonly fieldManager?: string;
  /** Whether a new object's fields get an owner. */
  readonly tracked?: boolean;
  readonly dryRun?: boolean;
  /** Default Ignore for callers in this process, who are type-checked; over HTTP it is Strict for kubectl and Warn for others. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Fields that the body gave twice, by path. */
  readonly duplicateFields?: readonly string[];
  /** Called where a patch made an object that was not there. */
  readonly onCreated?: () => void;
  /** Takes texts for Warning headers. */
  readonly warn?: (text: string) => void;
}

/** Where one object is. */
export interface Target {
  readonly kind: ServedKind;
  readonly namespace: string | undefined;
  readonly name: string;
}

export function findKind(context: ApiContext, { group, version, resource }: Gvr): ServedKind {
  const kind = context.kinds.find(group, version, resource);
  if (!kind) throw noSuchPath();
  return kind;
}

/** For messages: the group that the caller asked, not the one it is stored under. */
export function resourceName(kind: ServedKind): ResourceName {
  return { group: kind.group, resource: kind.definition.plural };
}

export function keyOf({ kind, namespace, name }: Target): string {
  return objectKey(kind.definition, kind.definition.namespaced ? namespace : undefined, name);
}

/** What the next write of an object is based on. */
export function latestOf(context: ApiContext, target: Target): Entry<KubeObject> | undefined {
  return context.store.latest(keyOf(target));
}

export function withRevision(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

export function admissionRequest(
  operation: AdmissionRequest['operation'],
  target: Target,
  object: KubeObject,
  options: WriteOptions,
  extra: Pick<AdmissionRequest, 'old' | 'subresource'> = {},
): AdmissionRequest {
  return {
    operation,
    definition: target.kind.definition,
    ...(target.namespace !== undefined && { namespace: target.namespace }),
    name: target.name,
    object,
    dryRun: options.dryRun === true,
    warn: (text) => options.warn?.(text),
    ...extra,
  };
}
