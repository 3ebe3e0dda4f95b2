import type { KubeObject } from './object.js';
import type { Schema } from './schema.js';

/**
 * All that the API server, the command and the compiler need to know of one kind. Each kind lives in a folder of its own that
 * exports one of these; `registry.ts` lists them.
 */
export interface KindDefinition {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  /** For example `all`. */
  readonly categories?: readonly string[];
  readonly namespaced: boolean;
  /** Preferred version first. Exactly one entry is the storage version. */
  readonly versions: readonly KindVersion[];
  readonly subresources?: { readonly status?: boolean; readonly scale?: ScalePaths };
  /** Server-side Table columns for `kubectl get`, without Name and Age: Name comes first and Age last unless listed here. */
  readonly columns: readonly PrinterColumn[];
  /** Fields by which a list may be filtered besides metadata.name and metadata.namespace: path -> value of an object. */
  readonly selectableFields?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Fills defaults in place; runs on the storage version. */
  readonly defaults?: (object: KubeObject) => void;
  /** What the schema cannot say. Runs after defaults, on the storage version. */
  readonly validate?: (object: KubeObject) => FieldError[];
  /** What may not change between two versions of an object. */
  readonly validateUpdate?: (object: KubeObject, old: KubeObject) => FieldError[];
  /** Fields of the object that its writers may not set through the main resource, such as status of a kind with a status subresource. */
  readonly prepareForCreate?: (object: KubeObject) => void;
}

export interface KindVersion {
  readonly name: string;
  /** Served under another group than the kind's own, for example extensions for an old Deployment. */
  readonly group?: string;
  readonly storage?: boolean;
  /** False: objects may be stored in it, but nobody can ask for it. */
  readonly served?: boolean;
  readonly schema: Schema;
  /** Between this version and the storage version; absent where the two have the same shape. Pure. */
  readonly toStorage?: (object: KubeObject) => KubeObject;
  readonly fromStorage?: (object: KubeObject) => KubeObject;
  /** Shown by kubectl as a Warning header. */
  readonly deprecationWarning?: string;
}

export interface ScalePaths {
  /** JSON paths as in a CustomResourceDefinition: `.spec.replicas`. */
  readonly specReplicas: string;
  readonly statusReplicas: string;
  /** A string-form selector's path, or a function where the selector is a LabelSelector. */
  readonly selector: (object: KubeObject) => string;
}

export interface PrinterColumn {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  /** Non-zero columns appear with `-o wide` alone. */
  readonly priority?: number;
  readonly description?: string;
  /** `now_ms` for columns that show an age. */
  readonly value: (object: KubeObject, now_ms: number) => string | number | boolean | null;
}

/** One thing wrong with one field, in the words of the Kubernetes API. */
export interface FieldError {
  readonly reason:
    | 'FieldValueRequired'
    | 'FieldValueInvalid'
    | 'FieldValueNotSupported'
    | 'FieldValueForbidden'
    | 'FieldValueDuplicate'
    | 'FieldValueTooLong'
    | 'FieldValueTypeInvalid';
  /** `spec.route[0].weight` */
  readonly field: string;
  /** Complete: `Invalid value: 101: must be between 0 and 100`. Ends with what to do where that is not obvious. */
  readonly message: string;
}
