import type { LoadedSecret } from '../config/secret-manager.js';
import type { SecretSlot } from '../config/secret-slot.js';

/** A part of a TLS context, which may come by secrets. */
export interface SecretReader<T> {
  readonly slots: readonly SecretSlot<LoadedSecret>[];
  /** Undefined while a secret is missing, or is of another kind. */
  read(): T | undefined;
}
