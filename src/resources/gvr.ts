import type { Gvr } from './object.js';

/** Where the kinds that Trysail itself works with are, in their storage versions. */
export const NAMESPACES: Gvr = { group: '', version: 'v1', resource: 'namespaces' };
export const PODS: Gvr = { group: '', version: 'v1', resource: 'pods' };
export const SERVICES: Gvr = { group: '', version: 'v1', resource: 'services' };
export const ENDPOINTS_RESOURCE: Gvr = { group: '', version: 'v1', resource: 'endpoints' };
export const NODES: Gvr = { group: '', version: 'v1', resource: 'nodes' };
export const EVENTS: Gvr = { group: '', version: 'v1', resource: 'events' };
export const CONFIG_MAPS: Gvr = { group: '', version: 'v1', resource: 'configmaps' };
export const SECRETS: Gvr = { group: '', version: 'v1', resource: 'secrets' };
export const SERVICE_ACCOUNTS: Gvr = { group: '', version: 'v1', resource: 'serviceaccounts' };
export const DEPLOYMENTS: Gvr = { group: 'apps', version: 'v1', resource: 'deployments' };
export const REPLICA_SETS: Gvr = { group: 'apps', version: 'v1', resource: 'replicasets' };
export const STATEFUL_SETS: Gvr = { group: 'apps', version: 'v1', resource: 'statefulsets' };
export const DAEMON_SETS: Gvr = { group: 'apps', version: 'v1', resource: 'daemonsets' };
export const CONTROLLER_REVISIONS: Gvr = { group: 'apps', version: 'v1', resource: 'controllerrevisions' };
export const CUSTOM_RESOURCE_DEFINITIONS: Gvr = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  resource: 'customresourcedefinitions',
};
export const JOBS: Gvr = { group: 'batch', version: 'v1', resource: 'jobs' };
export const ENDPOINT_SLICES: Gvr = { group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' };
export const INGRESSES: Gvr = { group: 'networking.k8s.io', version: 'v1', resource: 'ingresses' };
export const LEASES: Gvr = { group: 'coordination.k8s.io', version: 'v1', resource: 'leases' };
export const REPLICATION_CONTROLLERS: Gvr = { group: '', version: 'v1', resource: 'replicationcontrollers' };
export const CRON_JOBS: Gvr = { group: 'batch', version: 'v1', resource: 'cronjobs' };
export const PERSISTENT_VOLUMES: Gvr = { group: '', version: 'v1', resource: 'persistentvolumes' };
export const PERSISTENT_VOLUME_CLAIMS: Gvr = { group: '', version: 'v1', resource: 'persistentvolumeclaims' };
export const STORAGE_CLASSES: Gvr = { group: 'storage.k8s.io', version: 'v1', resource: 'storageclasses' };
export const POD_DISRUPTION_BUDGETS: Gvr = { group: 'policy', version: 'v1', resource: 'poddisruptionbudgets' };
