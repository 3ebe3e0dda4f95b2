import type { KubeObject } from '../resources/object.js';

/** A place in a file; lines and columns from 1. */
export interface FilePlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** Where an object was written. */
export interface Origin {
  /** The place of a field (`spec.route[0].weight`), or of its nearest parent that is written. */
  place(field?: string): FilePlace;
}

/** An object that is analyzed. */
export interface Subject<T extends KubeObject = KubeObject> {
  /** In the version that the mesh stores, with defaults and, where its kind has one, a namespace. */
  readonly object: T;
  /** Absent for an object of the running mesh. */
  readonly origin?: Origin;
}

/** The namespace of an object; empty for one that has none. */
export function namespaceOf({ object }: Subject): string {
  return object.metadata.namespace ?? '';
}

/** `namespace/name`, as Istio writes names in messages; the name alone for an object without namespace. */
export function fullName(subject: Subject): string {
  const namespace = namespaceOf(subject);
  return namespace === '' ? subject.object.metadata.name : `${namespace}/${subject.object.metadata.name}`;
}
