import type { Disposable } from '../base/dispose.js';
import type { Gvr, KubeObject } from '../resources/object.js';
import type { DeleteOptions, ListOptions, ObjectList, WatchOptions, WriteOptions } from './client.js';

/**
 * What the embedded client needs of an API server in the same process. Objects may be shared and frozen. Calls fail with an
 * error whose `status` is a Kubernetes Status.
 */
export interface ObjectCalls {
  get(resource: Gvr, name: string, namespace?: string): Promise<KubeObject>;
  list(resource: Gvr, namespace?: string, options?: ListOptions): Promise<ObjectList<KubeObject>>;
  /** Events come from within the call too. Throws where the revision is too old. */
  watch(
    resource: Gvr,
    namespace: string | undefined,
    options: WatchOptions,
    onEvent: (event: ObjectCallEvent) => void,
  ): Disposable;
  create(resource: Gvr, object: unknown, namespace?: string, options?: WriteOptions): Promise<KubeObject>;
  update(
    resource: Gvr,
    name: string,
    object: unknown,
    namespace?: string,
    options?: WriteOptions & { subresource?: string },
  ): Promise<KubeObject>;
  patch(resource: Gvr, name: string, patch: PatchCall, namespace?: string, options?: WriteOptions): Promise<KubeObject>;
  delete(resource: Gvr, name: string, namespace?: string, options?: DeleteCall): Promise<unknown>;
}

export interface PatchCall {
  readonly type: 'merge' | 'strategic' | 'json' | 'apply';
  readonly body: unknown;
  readonly subresource?: string;
  readonly force?: boolean;
}

export interface DeleteCall extends Pick<DeleteOptions, 'gracePeriodSeconds' | 'propagationPolicy'> {
  readonly preconditions?: { readonly uid: string };
}

export type ObjectCallEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'INITIAL_END'; readonly resourceVersion: string };

/** The options of one delete, as the API takes them. */
export function deleteCall({ uid, ...options }: DeleteOptions): DeleteCall {
  return uid === undefined ? options : { ...options, preconditions: { uid } };
}
