// Usage: generate-k8s-schemas.mjs FOLDER. FOLDER is `api/openapi-spec/v3` of a Kubernetes source tree. Writes the definitions that
// the served kinds reach, without prose, to src/resources/schemas/kubernetes.gen.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOTS = {
  'api__v1_openapi.json': [
    ...['Namespace', 'Pod', 'Service', 'Endpoints', 'ConfigMap', 'Secret', 'ServiceAccount', 'Node', 'Event'].map(
      (kind) => `io.k8s.api.core.v1.${kind}`,
    ),
    ...['PersistentVolumeClaim', 'PersistentVolume', 'LimitRange', 'ReplicationController', 'ResourceQuota'].map(
      (kind) => `io.k8s.api.core.v1.${kind}`,
    ),
    'io.k8s.api.policy.v1.Eviction',
    'io.k8s.api.authentication.v1.TokenRequest',
    'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
    'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  ],
  'apis__apps__v1_openapi.json': [
    'io.k8s.api.apps.v1.Deployment',
    'io.k8s.api.apps.v1.ReplicaSet',
    'io.k8s.api.apps.v1.StatefulSet',
    'io.k8s.api.apps.v1.DaemonSet',
    'io.k8s.api.apps.v1.ControllerRevision',
    'io.k8s.api.autoscaling.v1.Scale',
  ],
  'apis__batch__v1_openapi.json': ['io.k8s.api.batch.v1.Job', 'io.k8s.api.batch.v1.CronJob'],
  'apis__storage.k8s.io__v1_openapi.json': ['io.k8s.api.storage.v1.StorageClass'],
  'apis__scheduling.k8s.io__v1_openapi.json': ['io.k8s.api.scheduling.v1.PriorityClass'],
  'apis__policy__v1_openapi.json': ['io.k8s.api.policy.v1.PodDisruptionBudget'],
  'apis__authentication.k8s.io__v1_openapi.json': [
    'io.k8s.api.authentication.v1.SelfSubjectReview',
    'io.k8s.api.authentication.v1.TokenReview',
  ],
  'apis__authorization.k8s.io__v1_openapi.json': [
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
    'LocalSubjectAccessReview',
  ].map((kind) => `io.k8s.api.authorization.v1.${kind}`),
  'apis__apiextensions.k8s.io__v1_openapi.json': [
    'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  ],
  'apis__rbac.authorization.k8s.io__v1_openapi.json': ['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'].map(
    (kind) => `io.k8s.api.rbac.v1.${kind}`,
  ),
  'apis__networking.k8s.io__v1_openapi.json': [
    'io.k8s.api.networking.v1.Ingress',
    'io.k8s.api.networking.v1.IngressClass',
  ],
  'apis__discovery.k8s.io__v1_openapi.json': ['io.k8s.api.discovery.v1.EndpointSlice'],
  'apis__events.k8s.io__v1_openapi.json': ['io.k8s.api.events.v1.Event'],
  'apis__coordination.k8s.io__v1_openapi.json': ['io.k8s.api.coordination.v1.Lease'],
};
const REF = '#/components/schemas/';
const DROPPED = new Set(['description', 'x-kubernetes-unions', 'x-kubernetes-group-version-kind']);

/** Definitions whose OpenAPI form cannot say what the API accepts. */
const REPLACED = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { format: 'int-or-string', 'x-kubernetes-int-or-string': true },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': { format: 'quantity' },
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
};

/** A default that is the type's zero value says nothing. */
function isZero(value) {
  return (
    value === '' || value === 0 || value === false || (typeof value === 'object' && Object.keys(value).length === 0)
  );
}

function compact(schema) {
  const { allOf, ...rest } = schema;
  const merged = allOf ? { ...allOf[0], ...rest } : rest;
  const result = {};
  for (const [key, value] of Object.entries(merged)) {
    if (DROPPED.has(key) || (key === 'default' && isZero(value))) continue;
    if (key === 'properties') {
      result.properties = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, compact(child)]));
    } else if ((key === 'items' || key === 'additionalProperties') && typeof value === 'object') {
      result[key] = compact(value);
    } else {
      result[key] = value;
    }
  }
  return result;
}

function refsOf(value, found) {
  if (typeof value !== 'object' || value === null) return found;
  if (typeof value.$ref === 'string') found.push(value.$ref.slice(REF.length));
  for (const child of Object.values(value)) refsOf(child, found);
  return found;
}

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: generate-k8s-schemas.mjs FOLDER');
const definitions = {};
for (const [file, roots] of Object.entries(ROOTS)) {
  const { schemas } = JSON.parse(readFileSync(join(folder, file), 'utf8')).components;
  const waiting = [...roots];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (definitions[name]) continue;
    if (!schemas[name]) throw new Error(`${file} has no definition ${name}`);
    definitions[name] = REPLACED[name] ?? compact(schemas[name]);
    refsOf(definitions[name], waiting);
  }
}

const lines = Object.keys(definitions)
  .sort()
  .map((name) => `${JSON.stringify(name)}:${JSON.stringify(definitions[name])}`);
const json = `{\n${lines.join(',\n')}\n}`.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');
writeFileSync(
  'src/resources/schemas/kubernetes.gen.ts',
  `// Made by scripts/generate-k8s-schemas.mjs; do not edit. Text, so that nobody pays for parsing before it is needed.\nexport const KUBERNETES_DEFINITIONS_JSON = \`${json}\`;\n`,
);
