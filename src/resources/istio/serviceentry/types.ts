import type { KubeObject } from '../../object.js';
import type { WorkloadEndpoint } from '../workloadentry/types.js';

export type { WorkloadEndpoint } from '../workloadentry/types.js';

export interface ServiceEntry extends KubeObject {
  spec: ServiceEntrySpec;
}

export interface ServiceEntrySpec {
  hosts: string[];
  /** Addresses or CIDRs at which programs call the service. */
  addresses?: string[];
  ports?: { number: number; protocol?: string; name: string; targetPort?: number }[];
  location?: 'MESH_EXTERNAL' | 'MESH_INTERNAL';
  resolution?: 'NONE' | 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN' | 'DYNAMIC_DNS';
  endpoints?: WorkloadEndpoint[];
  /** Pods and WorkloadEntries of its namespace that serve; instead of endpoints. */
  workloadSelector?: { labels?: Record<string, string> };
  exportTo?: string[];
  /** Names that the service's certificate may have. */
  subjectAltNames?: string[];
}
