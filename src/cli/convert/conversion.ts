import type { KubeObject } from '../../resources/object.js';
import type { Source } from './source.js';

export const CLUSTER_DOMAIN = 'cluster.local';

/** One object of the output, and where in the order of the input it belongs. */
export interface Converted {
  readonly object: KubeObject;
  /** What it was made of; the first says where it stands. */
  readonly from: readonly Source[];
}

/** Something of the input that the output does not say. */
export interface Note {
  readonly source: Source;
  /** `spec.corsPolicy`; empty for the whole object. */
  readonly field: string;
  readonly text: string;
}

export interface Conversion {
  readonly objects: readonly Converted[];
  /** Objects that nothing was made of: other kinds, which stay as they are. */
  readonly kept: ReadonlySet<Source>;
  readonly notes: readonly Note[];
}
