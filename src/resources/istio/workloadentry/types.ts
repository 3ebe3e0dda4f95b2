import type { KubeObject } from '../../object.js';

export interface WorkloadEntry extends KubeObject {
  spec: WorkloadEndpoint;
}

/** Something outside Kubernetes that serves: an endpoint of a ServiceEntry, or a WorkloadEntry. */
export interface WorkloadEndpoint {
  /** An IP address, or a host where the service's resolution is DNS. */
  address?: string;
  /** Name of a port of the service -> port of this endpoint. */
  ports?: Record<string, number>;
  labels?: Record<string, string>;
  network?: string;
  /** `region/zone/subzone` */
  locality?: string;
  weight?: number;
  serviceAccount?: string;
}
