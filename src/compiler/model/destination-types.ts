import type { TrafficPolicy } from '../../resources/istio/destinationrule/types.js';
import type { ObjectRef } from '../snapshot.js';
import type { Labels } from './types.js';

/** How callers treat a service: one DestinationRule. */
export interface DestinationRuleModel {
  readonly origins: readonly ObjectRef[];
  readonly namespace: string;
  readonly exportTo?: readonly string[];
  /** Callers for which it holds, in its namespace; absent: all. */
  readonly workloadSelector?: Labels;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets: ReadonlyMap<string, SubsetModel>;
  /** It says what an older kind says: where a user's own rule says something else, that holds. */
  readonly converted?: true;
}

export interface SubsetModel {
  readonly labels: Labels;
  readonly trafficPolicy?: TrafficPolicy;
}

/** How one caller treats a service: the rules that hold for it, merged. */
export interface DestinationView {
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets: ReadonlyMap<string, SubsetModel>;
  /** The callers for which it is; absent: all. */
  readonly workloadSelector?: Labels;
}

/** What holds for one port of a service, or of a subset. */
export type PortPolicy = Omit<TrafficPolicy, 'portLevelSettings'>;
