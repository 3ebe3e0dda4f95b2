import type { Cluster } from './cluster.js';

/** The clusters of a logical proxy as of now; only warmed ones are found. */
export interface ClusterLookup {
  get(name: string): Cluster | undefined;
  /** Whether there is such a cluster, warmed or not. */
  has(name: string): boolean;
}
