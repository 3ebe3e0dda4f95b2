import type { PolicyConfig } from './config.js';

/** Resources of this type bring a sidecar its policy. Each is a google.protobuf.Struct of one of the shapes below. */
export const POLICY_TYPE_URL = 'type.googleapis.com/trysail.policy.v1.Resource';
/** The resource with a {@link PolicyResource}. */
export const POLICY_RESOURCE = 'policy';
/** `workload/10.244.0.7`: a {@link PolicyWorkload}. */
export const WORKLOAD_PREFIX = 'workload/';

/** What holds at one sidecar. */
export interface PolicyResource {
  readonly policy: PolicyConfig;
  readonly destination: PolicyWorkload;
  /** The services that this workload is of; the first stands for requests that name none of them. */
  readonly services: readonly PolicyService[];
}

export interface PolicyService {
  /** `reviews.shop.svc.cluster.local` */
  readonly host: string;
  /** What a caller may write for it as Host, without port. */
  readonly names: readonly string[];
}

/** A pod, as attributes tell of it. */
export interface PolicyWorkload {
  readonly name: string;
  readonly namespace: string;
  readonly ip: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccount: string;
  /** Host of the service that selects it; absent where none does. */
  readonly service?: string;
}
