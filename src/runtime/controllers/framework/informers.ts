import type { Disposable } from '../../../base/dispose.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';

/** A kind's objects as last seen, kept by a watch. Objects are shared: nobody may change them. */
export interface Informer<T extends KubeObject> {
  get(name: string, namespace?: string): T | undefined;
  /** @param namespace absent: all */
  list(namespace?: string): readonly T[];
  /** What is there already is replayed as added. */
  subscribe(handler: InformerHandler<T>): Disposable;
  /** Resolves when the first list is in. */
  ready(): Promise<void>;
}

export interface InformerHandler<T extends KubeObject> {
  onAdd?(object: T): void;
  onUpdate?(object: T, old: T): void;
  onDelete?(object: T): void;
}

/** One informer for each resource, shared by all who ask. */
export interface Informers {
  informer<T extends KubeObject>(resource: Gvr): Informer<T>;
}
