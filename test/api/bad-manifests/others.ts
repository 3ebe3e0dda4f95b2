import {
  CONFIG_MAP,
  ENDPOINT_SLICE,
  ENDPOINTS,
  EVENT,
  INGRESS,
  INGRESS_CLASS,
  NAMESPACE,
  NODE,
  ROLE,
  ROLE_BINDING,
  SECRET,
  SERVICE,
} from './bases.js';
import { badManifests, type Mistake, REMOVED } from './manifest.js';

const PORT = 'must be between 1 and 65535, inclusive';
const IP = 'must be a valid IP address';

const SERVICES: readonly Mistake[] = [
  ['metadata.name', '1st', 'a DNS-1035 label must consist of'],
  ['metadata.name', 'a.b', 'a DNS-1035 label must consist of'],
  ['spec', REMOVED, 'Required value'],
  ['spec.ports', REMOVED, 'Required value'],
  ['spec.ports', [], 'Required value'],
  ['spec.ports[0].port', 0, PORT],
  ['spec.ports[0].port', 65_536, PORT],
  ['spec.ports[0].port', 'http', 'must be of type integer'],
  ['spec.ports[0].targetPort', 70_000, PORT],
  ['spec.ports[0].targetPort', 'no port', 'must contain only alpha-numeric'],
  ['spec.ports[0].targetPort', [80], 'must be of type integer or string'],
  ['spec.ports[0].protocol', 'HTTP', 'supported values: "SCTP", "TCP", "UDP"'],
  ['spec', { type: 'NodePort', ports: [{ port: 1, nodePort: 99_999 }] }, PORT, 'spec.ports[0].nodePort'],
  ['spec.ports', [{ port: 1 }, { port: 2 }], 'Required value', 'spec.ports[0].name'],
  [
    'spec.ports',
    [
      { name: 'a', port: 1 },
      { name: 'a', port: 2 },
    ],
    'Duplicate value: "a"',
    'spec.ports[1].name',
  ],
  [
    'spec.ports',
    [
      { name: 'a', port: 1 },
      { name: 'b', port: 1 },
    ],
    'Duplicate value',
    'spec.ports[1]',
  ],
  ['spec.ports', [{ name: 'A_B', port: 1 }], 'RFC 1123 label', 'spec.ports[0].name'],
  ['spec.type', 'Cluster', 'supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"'],
  ['spec.type', 'ExternalName', 'Required value', 'spec.externalName'],
  ['spec', { type: 'ExternalName', externalName: 'not a name' }, 'RFC 1123 subdomain', 'spec.externalName'],
  ['spec.clusterIP', 'here', IP, 'spec.clusterIPs[0]'],
  ['spec.clusterIP', '300.1.1.1', IP, 'spec.clusterIPs[0]'],
  [
    'spec',
    { type: 'NodePort', clusterIP: 'None', ports: [{ port: 1 }] },
    "may not be set to 'None' for NodePort",
    'spec.clusterIPs[0]',
  ],
  ['spec.sessionAffinity', 'Cookie', 'supported values: "ClientIP", "None"'],
  ['spec.selector', { app: 'x y' }, 'a valid label must be'],
  ['spec.selector', 'app=x', 'must be of type object'],
];

const path = 'spec.rules[0].http.paths[0]';
const INGRESSES: readonly Mistake[] = [
  ['spec', {}, 'either `defaultBackend` or `rules` must be specified'],
  ['spec.rules[0].host', 'a b', 'RFC 1123 subdomain'],
  ['spec.rules[0].host', '10.0.0.1', 'must be a DNS name, not an IP address'],
  ['spec.rules[0].host', 'a.*.test', 'RFC 1123 subdomain'],
  ['spec.rules[0].http.paths', [], 'Required value'],
  [`${path}.pathType`, REMOVED, 'Required value'],
  [`${path}.pathType`, 'Regex', 'supported values: "Exact", "ImplementationSpecific", "Prefix"'],
  [`${path}.path`, 'a', 'must be an absolute path'],
  [`${path}.path`, '/a/../b', "must not contain '/../'"],
  [`${path}.backend`, {}, 'Required value', `${path}.backend.service.name`],
  [`${path}.backend.service.name`, 'A', 'a DNS-1035 label'],
  [`${path}.backend.service.port`, {}, 'port name or number is required', `${path}.backend`],
  [`${path}.backend.service.port`, { number: 70_000 }, PORT, `${path}.backend.service.port.number`],
  [
    `${path}.backend.service.port`,
    { number: 'http' },
    'must be of type integer',
    `${path}.backend.service.port.number`,
  ],
  [
    `${path}.backend`,
    { serviceName: 'a', servicePort: 80 },
    /unknown field "spec.rules\[0\].http.paths\[0\].backend.serviceName"/,
    '',
  ],
  ['spec.defaultBackend', { service: { name: 'a' } }, 'port name or number is required'],
];

const ADDRESSES: readonly Mistake[] = [
  ['subsets[0].addresses[0].ip', 'here', IP],
  ['subsets[0].addresses[0].ip', REMOVED, 'Required value'],
  ['subsets[0].ports[0].port', 0, PORT],
  ['subsets[0].ports[0].protocol', 'HTTP', 'supported values: "SCTP", "TCP", "UDP"'],
];

const SLICES: readonly Mistake[] = [
  ['addressType', REMOVED, 'Required value'],
  ['addressType', 'DNS', 'supported values: "FQDN", "IPv4", "IPv6"'],
  ['endpoints[0].addresses', [], 'must contain at least 1 address'],
  ['endpoints[0].addresses[0]', 'here', IP],
  ['endpoints[0].addresses[0]', '::1', 'must be a valid IPv4 address'],
  ['ports[0].port', 70_000, PORT],
];

const DATA: readonly Mistake[] = [
  ['data', { 'a b': 'c' }, 'a valid config key must consist of', 'data[a b]'],
  ['data', { '../up': 'c' }, 'a valid config key', 'data[../up]'],
  ['data', { '..': 'c' }, "must not be or start with '..'", 'data[..]'],
  ['data', { ['k'.repeat(254)]: 'c' }, 'no more than 253', `data[${'k'.repeat(254)}]`],
  ['data', { a: { b: 'c' } }, 'must be of type string', 'data.a'],
  ['data', { a: 1 }, 'must be of type string', 'data.a'],
  ['data', 'text', 'must be of type object'],
  ['immutable', 'yes', 'must be of type boolean'],
];

const CONFIG_MAPS: readonly Mistake[] = [
  ['data', { a: 'x'.repeat(1_100_000) }, 'may not be more than 1048576 bytes', ''],
  ['binaryData', { key: 'eA==' }, 'duplicate of key present in', 'data[key]'],
  ['binaryData', { other: 'not base64!' }, 'must be base64', 'binaryData.other'],
];

const SECRETS: readonly Mistake[] = [
  ['data', { 'a b': 'eA==' }, 'a valid config key must consist of', 'data[a b]'],
  ['data', { '../up': 'eA==' }, 'a valid config key', 'data[../up]'],
  ['data', { key: 'not base64!' }, 'must be base64', 'data.key'],
  ['type', 'kubernetes.io/tls', 'Required value', 'data[tls.crt]'],
  ['type', 'kubernetes.io/dockerconfigjson', 'Required value', 'data[.dockerconfigjson]'],
  ['stringData', { 'a b': 'c' }, 'a valid config key', 'data[a b]'],
];

const ROLES: readonly Mistake[] = [
  ['metadata.name', 'a/b', "may not contain '/'"],
  ['metadata.name', '..', "may not be '..'"],
  ['rules[0].verbs', [], 'verbs must contain at least one value'],
  ['rules[0].verbs', 'get', 'must be of type array'],
  ['rules[0].resources', REMOVED, 'at least one', 'rules[0].resources'],
];

const BINDINGS: readonly Mistake[] = [
  ['roleRef', REMOVED, 'Required value'],
  ['roleRef.name', '', 'Required value'],
  ['roleRef.kind', 'User', 'supported values: "Role", "ClusterRole"'],
  ['roleRef.apiGroup', 'other.test', 'supported values: "rbac.authorization.k8s.io"'],
  ['subjects[0].name', '', 'Required value'],
  ['subjects[0].kind', 'Person', 'supported values: "ServiceAccount", "User", "Group"'],
  ['subjects[0]', { kind: 'ServiceAccount', name: 'a' }, 'Required value', 'subjects[0].namespace'],
];

export const BAD_OTHERS = [
  ...badManifests(SERVICE, SERVICES),
  ...badManifests(INGRESS, INGRESSES),
  ...badManifests(INGRESS_CLASS, [['spec.controller', REMOVED, 'Required value']]),
  ...badManifests(ENDPOINTS, ADDRESSES),
  ...badManifests(ENDPOINT_SLICE, SLICES),
  ...badManifests(CONFIG_MAP, [...DATA, ...CONFIG_MAPS]),
  ...badManifests(SECRET, SECRETS),
  ...badManifests(NAMESPACE, [['metadata.name', 'a.b', 'RFC 1123 label']]),
  ...badManifests(NODE, [
    ['spec.taints', [{ key: 'a b', effect: 'NoSchedule' }], 'name part must consist of', 'spec.taints[0].key'],
    ['spec.taints', [{ key: 'a', effect: 'Never' }], 'supported values: "NoSchedule"', 'spec.taints[0].effect'],
  ]),
  ...badManifests(EVENT, [['involvedObject.namespace', 'other', 'does not match event.namespace']]),
  ...badManifests(ROLE, ROLES),
  ...badManifests(ROLE_BINDING, BINDINGS),
];
