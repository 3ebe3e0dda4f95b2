import { CUSTOM_RESOURCE_DEFINITION } from './apiextensions/custom-resource-definition/index.js';
import { CONTROLLER_REVISION } from './apps/controller-revision/index.js';
import { DAEMON_SET } from './apps/daemon-set/index.js';
import { DEPLOYMENT } from './apps/deployment/index.js';
import { REPLICA_SET } from './apps/replica-set/index.js';
import { STATEFUL_SET } from './apps/stateful-set/index.js';
import { CRON_JOB } from './batch/cron-job/index.js';
import { JOB } from './batch/job/index.js';
import { LEASE } from './coordination/lease/index.js';
import { CONFIG_MAP } from './core/config-map/index.js';
import { ENDPOINTS } from './core/endpoints/index.js';
import { EVENT } from './core/event/index.js';
import { NAMESPACE } from './core/namespace/index.js';
import { NODE } from './core/node/index.js';
import { PERSISTENT_VOLUME } from './core/persistent-volume/index.js';
import { PERSISTENT_VOLUME_CLAIM } from './core/persistent-volume-claim/index.js';
import { POD } from './core/pod/index.js';
import { REPLICATION_CONTROLLER } from './core/replication-controller/index.js';
import { SECRET } from './core/secret/index.js';
import { SERVICE } from './core/service/index.js';
import { SERVICE_ACCOUNT } from './core/service-account/index.js';
import { ENDPOINT_SLICE } from './discovery/endpoint-slice/index.js';
import { ISTIO_KINDS } from './istio/index.js';
import type { KindDefinition } from './kind.js';
import { INGRESS } from './networking/ingress/index.js';
import { INGRESS_CLASS } from './networking/ingress-class/index.js';
import { POD_DISRUPTION_BUDGET } from './policy/pod-disruption-budget/index.js';
import { CLUSTER_ROLE, CLUSTER_ROLE_BINDING, ROLE, ROLE_BINDING } from './rbac/index.js';
import { PRIORITY_CLASS } from './scheduling/priority-class/index.js';
import { STORAGE_CLASS } from './storage/storage-class/index.js';

/** Every kind that the API server serves. */
export const KINDS: readonly KindDefinition[] = [
  CONFIG_MAP,
  ENDPOINTS,
  EVENT,
  NAMESPACE,
  NODE,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  POD,
  REPLICATION_CONTROLLER,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
  DEPLOYMENT,
  REPLICA_SET,
  STATEFUL_SET,
  DAEMON_SET,
  CONTROLLER_REVISION,
  JOB,
  CRON_JOB,
  LEASE,
  ENDPOINT_SLICE,
  INGRESS,
  INGRESS_CLASS,
  STORAGE_CLASS,
  POD_DISRUPTION_BUDGET,
  PRIORITY_CLASS,
  CUSTOM_RESOURCE_DEFINITION,
  ROLE,
  CLUSTER_ROLE,
  ROLE_BINDING,
  CLUSTER_ROLE_BINDING,
  ...ISTIO_KINDS,
];
