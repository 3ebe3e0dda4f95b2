import type { Base } from './manifest.js';

const metadata = { name: 'bad' };
const labels = { app: 'bad' };
const podSpec = { containers: [{ name: 'main', image: 'busybox', ports: [{ containerPort: 80 }] }] };
const template = { metadata: { labels }, spec: podSpec };
const selector = { matchLabels: labels };

function base(apiVersion: string, kind: string, fields: Readonly<Record<string, unknown>> = {}): Base {
  return { apiVersion, kind, metadata, ...fields };
}

const istio = (kind: string, spec: unknown): Base => base('networking.istio.io/v1', kind, { spec });
const config = (kind: string, spec: unknown): Base => base('config.istio.io/v1alpha2', kind, { spec });
const rbac = (kind: string, fields: Readonly<Record<string, unknown>>): Base =>
  base('rbac.authorization.k8s.io/v1', kind, fields);

const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };

export const POD = base('v1', 'Pod', { spec: podSpec });
export const DEPLOYMENT = base('apps/v1', 'Deployment', { spec: { selector, template } });
export const REPLICA_SET = base('apps/v1', 'ReplicaSet', { spec: { selector, template } });
export const STATEFUL_SET = base('apps/v1', 'StatefulSet', { spec: { serviceName: 'bad', selector, template } });
export const DAEMON_SET = base('apps/v1', 'DaemonSet', { spec: { selector, template } });
export const JOB = base('batch/v1', 'Job', { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } });
export const CRON_JOB = base('batch/v1', 'CronJob', {
  spec: {
    schedule: '0 * * * *',
    jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: 'Never' } } } },
  },
});
const size = { storage: '1Gi' };
export const PERSISTENT_VOLUME = base('v1', 'PersistentVolume', {
  spec: { accessModes: ['ReadWriteOnce'], capacity: size, hostPath: { path: '/srv' } },
});
export const PERSISTENT_VOLUME_CLAIM = base('v1', 'PersistentVolumeClaim', {
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: size } },
});
export const STORAGE_CLASS = base('storage.k8s.io/v1', 'StorageClass', { provisioner: 'a.test/b' });
export const POD_DISRUPTION_BUDGET = base('policy/v1', 'PodDisruptionBudget', { spec: { selector, minAvailable: 1 } });
export const PRIORITY_CLASS = base('scheduling.k8s.io/v1', 'PriorityClass', { value: 1 });
export const SERVICE = base('v1', 'Service', { spec: { selector: labels, ports: [{ port: 80 }] } });
export const ENDPOINTS = base('v1', 'Endpoints', {
  subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }],
});
export const ENDPOINT_SLICE = base('discovery.k8s.io/v1', 'EndpointSlice', {
  addressType: 'IPv4',
  endpoints: [{ addresses: ['10.0.0.1'] }],
  ports: [{ name: 'http', port: 80 }],
});
export const CONFIG_MAP = base('v1', 'ConfigMap', { data: { key: 'value' } });
export const SECRET = base('v1', 'Secret', { data: { key: 'dmFsdWU=' } });
export const SERVICE_ACCOUNT = base('v1', 'ServiceAccount');
export const NAMESPACE = base('v1', 'Namespace');
export const NODE = base('v1', 'Node', { spec: {} });
export const EVENT = base('v1', 'Event', { involvedObject: { kind: 'Pod', name: 'a', namespace: 'default' } });
export const LEASE = base('coordination.k8s.io/v1', 'Lease', { spec: { holderIdentity: 'me' } });
export const INGRESS = base('networking.k8s.io/v1', 'Ingress', {
  spec: {
    rules: [
      {
        host: 'a.test',
        http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'a', port: { number: 80 } } } }] },
      },
    ],
  },
});
export const INGRESS_CLASS = base('networking.k8s.io/v1', 'IngressClass', { spec: { controller: 'a.test/b' } });
export const ROLE = rbac('Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] });
export const CLUSTER_ROLE = rbac('ClusterRole', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] });
export const ROLE_BINDING = rbac('RoleBinding', { roleRef, subjects: [{ kind: 'User', name: 'me' }] });
export const CLUSTER_ROLE_BINDING = rbac('ClusterRoleBinding', { roleRef, subjects: [{ kind: 'User', name: 'me' }] });
export const ROUTE_RULE = config('RouteRule', {
  destination: { name: 'web' },
  precedence: 1,
  match: { request: { headers: { cookie: { exact: 'a' } } } },
  route: [{ labels: { version: 'v1' }, weight: 100 }],
});
export const DESTINATION_POLICY = config('DestinationPolicy', {
  destination: { name: 'web' },
  circuitBreaker: { simpleCb: { maxConnections: 1 } },
});
export const EGRESS_RULE = config('EgressRule', {
  destination: { service: 'api.example.com' },
  ports: [{ port: 80, protocol: 'http' }],
});
export const VIRTUAL_SERVICE = istio('VirtualService', {
  hosts: ['web'],
  http: [{ match: [{ uri: { prefix: '/a' } }], route: [{ destination: { host: 'web' } }] }],
});
export const DESTINATION_RULE = istio('DestinationRule', { host: 'web', subsets: [{ name: 'v1', labels }] });
export const GATEWAY = istio('Gateway', {
  selector: labels,
  servers: [{ port: { number: 80, protocol: 'HTTP', name: 'http' }, hosts: ['*'] }],
});
export const SERVICE_ENTRY = istio('ServiceEntry', {
  hosts: ['api.example.com'],
  ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
  resolution: 'DNS',
});

const boatSchema = {
  type: 'object',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      required: ['masts'],
      properties: {
        masts: { type: 'integer', minimum: 1, maximum: 5 },
        flag: { type: 'string', minLength: 2, maxLength: 4, pattern: '^[A-Z]+$' },
        sails: {
          type: 'array',
          maxItems: 2,
          items: { type: 'object', properties: { cloth: { type: 'string', enum: ['cotton', 'canvas'] } } },
        },
        crew: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
        built: { type: 'string', format: 'date' },
        address: { type: 'string', format: 'ipv4' },
        holds: { type: 'object', maxProperties: 1, additionalProperties: { type: 'integer' } },
        extra: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    },
  },
};

export const BOAT = base('harbour.test/v1', 'Boat', { spec: { masts: 1 } });

/** Of the kind Boat: as it is stored before the test. */
export const BOATS = {
  ...base('apiextensions.k8s.io/v1', 'CustomResourceDefinition'),
  metadata: { name: 'boats.harbour.test' },
  spec: {
    group: 'harbour.test',
    scope: 'Namespaced',
    names: { plural: 'boats', kind: 'Boat' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: boatSchema } }],
  },
};

export const DEFINITION = {
  ...BOATS,
  metadata: { name: 'carts.harbour.test' },
  spec: { ...BOATS.spec, names: { plural: 'carts', kind: 'Cart' } },
} satisfies Base;

export const BASES: readonly Base[] = [
  POD,
  DEPLOYMENT,
  REPLICA_SET,
  STATEFUL_SET,
  DAEMON_SET,
  JOB,
  CRON_JOB,
  PERSISTENT_VOLUME,
  PERSISTENT_VOLUME_CLAIM,
  STORAGE_CLASS,
  POD_DISRUPTION_BUDGET,
  PRIORITY_CLASS,
  SERVICE,
  ENDPOINTS,
  ENDPOINT_SLICE,
  CONFIG_MAP,
  SECRET,
  SERVICE_ACCOUNT,
  NAMESPACE,
  NODE,
  EVENT,
  LEASE,
  INGRESS,
  INGRESS_CLASS,
  ROLE,
  CLUSTER_ROLE,
  ROLE_BINDING,
  CLUSTER_ROLE_BINDING,
  ROUTE_RULE,
  DESTINATION_POLICY,
  EGRESS_RULE,
  VIRTUAL_SERVICE,
  DESTINATION_RULE,
  GATEWAY,
  SERVICE_ENTRY,
  DEFINITION,
  BOAT,
];
