import type { FieldError, KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';

/** A write on its way to the store. Objects have the storage version's shape. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly definition: KindDefinition;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name: string;
  /** `mutate` may change it in place; with DELETE it is what will be deleted. */
  readonly object: KubeObject;
  /** The stored object, with UPDATE; shared, not to be changed. */
  readonly old?: KubeObject;
  readonly dryRun: boolean;
  /** Shown to the caller as a Warning header. */
  warn(text: string): void;
}

/**
 * A hook in every write, in the order in which `main` lists them: all `mutate`s, then validation by the kind, then all
 * `validate`s. Hooks are synchronous, so that a write is decided in one step: what a hook saw is still so when it is made.
 */
export interface Admission {
  /** Completes an object, as sidecar injection does. Defaults are filled in again after it. */
  mutate?(request: AdmissionRequest): void;
  /** Errors make the write fail as Invalid; a thrown StatusError fails it as that. */
  validate?(request: AdmissionRequest): readonly FieldError[];
}
