/** The Kubernetes kinds as stored objects. Shapes are those of Kubernetes' API. */
import type {
  DaemonSetSpec,
  DaemonSetStatus,
  DeploymentSpec,
  DeploymentStatus,
  ReplicaSetSpec,
  ReplicaSetStatus,
  StatefulSetSpec,
  StatefulSetStatus,
} from 'kubernetes-types/apps/v1.js';
import type { CronJobSpec, CronJobStatus, JobSpec, JobStatus } from 'kubernetes-types/batch/v1.js';
import type {
  EndpointSubset,
  EventSource,
  NamespaceSpec,
  NamespaceStatus,
  NodeSpec,
  NodeStatus,
  ObjectReference,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimStatus,
  PersistentVolumeSpec,
  PersistentVolumeStatus,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  ReplicationControllerSpec,
  ReplicationControllerStatus,
  ServiceSpec,
  ServiceStatus,
} from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointPort } from 'kubernetes-types/discovery/v1.js';
import type { IngressClassSpec, IngressSpec, IngressStatus } from 'kubernetes-types/networking/v1.js';
import type { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1.js';
import type { PolicyRule, RoleRef, Subject } from 'kubernetes-types/rbac/v1.js';
import type { KubeObject } from './object.js';

export interface NamespaceObject extends KubeObject {
  spec?: NamespaceSpec;
  status?: NamespaceStatus;
}

export interface PodObject extends KubeObject {
  spec: PodSpec;
  status?: PodStatus;
}

export interface DeploymentObject extends KubeObject {
  spec: DeploymentSpec;
  status?: DeploymentStatus;
}

export interface ReplicaSetObject extends KubeObject {
  spec: ReplicaSetSpec;
  status?: ReplicaSetStatus;
}

export interface ReplicationControllerObject extends KubeObject {
  spec: ReplicationControllerSpec;
  status?: ReplicationControllerStatus;
}

export interface StatefulSetObject extends KubeObject {
  spec: StatefulSetSpec;
  status?: StatefulSetStatus;
}

export interface DaemonSetObject extends KubeObject {
  spec: DaemonSetSpec;
  status?: DaemonSetStatus;
}

export interface ControllerRevisionObject extends KubeObject {
  /** What a merge patch of the owner must say to bring the old template back. */
  data?: unknown;
  revision: number;
}

export interface JobObject extends KubeObject {
  spec: JobSpec & { completionMode?: 'NonIndexed' | 'Indexed'; suspend?: boolean };
  status?: JobStatus & { completedIndexes?: string; ready?: number };
}

export interface CronJobObject extends KubeObject {
  spec: CronJobSpec;
  status?: CronJobStatus;
}

export interface PersistentVolumeObject extends KubeObject {
  spec: PersistentVolumeSpec;
  status?: PersistentVolumeStatus;
}

export interface PersistentVolumeClaimObject extends KubeObject {
  spec: PersistentVolumeClaimSpec;
  status?: PersistentVolumeClaimStatus;
}

export interface StorageClassObject extends KubeObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  allowVolumeExpansion?: boolean;
}

export interface PodDisruptionBudgetObject extends KubeObject {
  spec?: PodDisruptionBudgetSpec;
  status?: PodDisruptionBudgetStatus;
}

export interface PriorityClassObject extends KubeObject {
  value: number;
  globalDefault?: boolean;
  preemptionPolicy?: string;
}

export interface RoleObject extends KubeObject {
  rules?: PolicyRule[];
}

export interface RoleBindingObject extends KubeObject {
  roleRef: RoleRef;
  subjects?: Subject[];
}

export interface ServiceObject extends KubeObject {
  spec: ServiceSpec;
  status?: ServiceStatus;
}

export interface EndpointsObject extends KubeObject {
  subsets?: EndpointSubset[];
}

export interface EndpointSliceObject extends KubeObject {
  addressType: string;
  endpoints: Endpoint[];
  ports?: EndpointPort[];
}

export interface IngressObject extends KubeObject {
  spec: IngressSpec;
  status?: IngressStatus;
}

export interface IngressClassObject extends KubeObject {
  spec?: IngressClassSpec;
}

export interface NodeObject extends KubeObject {
  spec?: NodeSpec;
  status?: NodeStatus;
}

export interface ConfigMapObject extends KubeObject {
  data?: Record<string, string>;
  binaryData?: Record<string, string>;
  immutable?: boolean;
}

export interface SecretObject extends KubeObject {
  type?: string;
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  immutable?: boolean;
}

export interface ServiceAccountObject extends KubeObject {
  automountServiceAccountToken?: boolean;
  secrets?: ObjectReference[];
}

export interface EventObject extends KubeObject {
  involvedObject: ObjectReference;
  reason?: string;
  message?: string;
  type?: string;
  action?: string;
  count?: number;
  source?: EventSource;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  eventTime?: string | null;
  reportingComponent?: string;
  reportingInstance?: string;
  related?: ObjectReference;
  series?: { count?: number; lastObservedTime?: string };
}

export interface LeaseObject extends KubeObject {
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export type { PodTemplateSpec };
