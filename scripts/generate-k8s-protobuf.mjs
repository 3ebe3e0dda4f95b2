// Makes src/apiserver/protobuf/fields.gen.ts: which number and type each field of Kubernetes' messages has.
// Usage: node scripts/generate-k8s-protobuf.mjs API_DIR APIMACHINERY_DIR
// where the two are the unpacked Go modules k8s.io/api and k8s.io/apimachinery (`go mod download -json k8s.io/api@v0.32.4`).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [api, apimachinery] = process.argv.slice(2);
const sources = [
  ...[
    'core',
    'apps',
    'networking',
    'discovery',
    'coordination',
    'events',
    'autoscaling',
    'batch',
    'policy',
    'rbac',
    'authentication',
    'authorization',
    'storage',
    'scheduling',
  ].map((group) => ({
    prefix: `${group}.v1`,
    dir: join(api, group, 'v1'),
  })),
  { prefix: 'meta.v1', dir: join(apimachinery, 'pkg/apis/meta/v1') },
];
const roots = [
  'core.v1.Binding core.v1.ConfigMap core.v1.Endpoints core.v1.Event core.v1.Namespace core.v1.Node core.v1.Pod core.v1.Secret',
  'core.v1.Service core.v1.ServiceAccount apps.v1.Deployment apps.v1.ReplicaSet networking.v1.Ingress networking.v1.IngressClass',
  'apps.v1.StatefulSet apps.v1.DaemonSet apps.v1.ControllerRevision batch.v1.Job batch.v1.CronJob policy.v1.PodDisruptionBudget',
  'policy.v1.Eviction rbac.v1.Role rbac.v1.ClusterRole rbac.v1.RoleBinding rbac.v1.ClusterRoleBinding core.v1.PersistentVolumeClaim',
  'authentication.v1.TokenRequest authentication.v1.SelfSubjectReview authentication.v1.TokenReview',
  'authorization.v1.SelfSubjectAccessReview authorization.v1.SelfSubjectRulesReview authorization.v1.SubjectAccessReview',
  'core.v1.PersistentVolume core.v1.ReplicationController core.v1.LimitRange core.v1.ResourceQuota storage.v1.StorageClass scheduling.v1.PriorityClass',
  'discovery.v1.EndpointSlice coordination.v1.Lease events.v1.Event autoscaling.v1.Scale meta.v1.DeleteOptions',
]
  .join(' ')
  .split(' ');

/** Messages whose JSON is not that of their fields; the decoder knows them. */
const SPECIAL = new Map([
  ['resource.Quantity', 'quantity'],
  ['intstr.IntOrString', 'intOrString'],
  ['meta.v1.Time', 'time'],
  ['meta.v1.MicroTime', 'microTime'],
  ['meta.v1.Duration', 'duration'],
  ['meta.v1.FieldsV1', 'raw'],
  ['runtime.RawExtension', 'raw'],
]);

const messages = new Map();
for (const { prefix, dir } of sources) {
  const tags = goTags(readFileSync(join(dir, 'types.go'), 'utf8'));
  for (const [name, fields] of protoMessages(readFileSync(join(dir, 'generated.proto'), 'utf8'), prefix, tags)) {
    messages.set(`${prefix}.${name}`, fields);
  }
}

const reached = {};
const queue = [...roots];
while (queue.length > 0) {
  const name = queue.pop();
  if (reached[name] || !messages.has(name)) continue;
  reached[name] = messages.get(name);
  queue.push(...reached[name].map(([, , type]) => type));
}
const lines = Object.keys(reached)
  .sort()
  .map((name) => `${JSON.stringify(name)}:${JSON.stringify(reached[name])}`);
const header =
  '// Made by scripts/generate-k8s-protobuf.mjs; do not edit. Text, so that nobody pays for parsing before it is needed.';
const text = `${header}\nexport const FIELDS_JSON = \`{\n${lines.join(',\n')}\n}\`;\n`;
writeFileSync(new URL('../src/apiserver/protobuf/fields.gen.ts', import.meta.url), text);

/** Struct -> protobuf field name -> what JSON and Go say of it. */
function goTags(source) {
  const structs = new Map();
  for (const [, name, body] of source.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)) {
    const fields = new Map();
    for (const [, type, tag] of body.matchAll(/^\s+(?:\w+\s+)?(\S+)\s+`([^`]*)`/gm)) {
      const proto = /protobuf:"[^"]*name=(\w+)/.exec(tag)?.[1];
      const json = /json:"([^"]*)"/.exec(tag)?.[1];
      if (!proto || json === undefined) continue;
      fields.set(proto, { json: json.split(',')[0], inline: json.includes(',inline'), pointer: type.startsWith('*') });
    }
    structs.set(name, fields);
  }
  return structs;
}

function* protoMessages(source, prefix, tags) {
  for (const [, name, body] of source.matchAll(/^message (\w+) \{\n(.*?)^\}/gms)) {
    const fields = [];
    for (const [, label, type, field, number] of body.matchAll(
      /^\s+(optional|repeated|map)?\s*(<[^>]*>|[\w.]+)\s+(\w+) = (\d+);/gm,
    )) {
      const tag = tags.get(name)?.get(field);
      if (!tag && tags.has(name)) continue;
      const value = label === 'map' ? /,\s*([\w.]+)>/.exec(type)[1] : type;
      const flags =
        (label === 'repeated' ? 'r' : '') +
        (label === 'map' ? 'm' : '') +
        (tag?.pointer ? 'p' : '') +
        (tag?.inline ? 'i' : '');
      fields.push([Number(number), tag?.json || field, short(value, prefix), flags]);
    }
    yield [name, fields];
  }
}

/** `.k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta` -> `meta.v1.ObjectMeta`; scalars stay. */
function short(type, prefix) {
  if (/^(string|bytes|bool|u?int(32|64)|double|float)$/.test(type)) return type;
  const parts = type.replace(/^\./, '').split('.');
  const name =
    parts.length === 1
      ? `${prefix}.${type}`
      : /^v\d/.test(parts.at(-2))
        ? parts.slice(-3).join('.')
        : parts.slice(-2).join('.');
  return SPECIAL.get(name) ?? name;
}
