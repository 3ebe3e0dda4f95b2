import type { KubeObject } from '../../object.js';

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
  exportTo?: string[];
}

export interface WorkloadEndpoint {
  address?: string;
  /** Name of a port of the entry -> port of this endpoint. */
  ports?: Record<string, number>;
  labels?: Record<string, string>;
  locality?: string;
  weight?: number;
}
