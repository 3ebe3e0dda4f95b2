import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../object.js';
import { POLICY_KINDS } from './index.js';

/** `field: message` of each error. */
function complaints(kind: string, spec: unknown): string[] {
  const { definition } = POLICY_KINDS.find((one) => one.definition.kind === kind) ?? assert.fail(kind);
  const metadata = { name: 'test', namespace: 'shop' };
  const object: KubeObject = { apiVersion: 'config.istio.io/v1alpha2', kind, metadata, spec };
  return definition.validate!(object).map(({ field, message }) => `${field}: ${message}`);
}

const CASES: readonly { name: string; kind: string; spec: unknown; expected: readonly string[] }[] = [
  {
    name: 'rule: as in the tutorial',
    kind: 'rule',
    spec: {
      match: 'destination.labels["app"] == "preference" && source.labels["app"]=="customer"',
      actions: [{ handler: 'denycustomerhandler.denier', instances: ['denycustomerrequests.checknothing'] }],
    },
    expected: [],
  },
  {
    name: 'rule: an error in an expression points at the column',
    kind: 'rule',
    spec: { match: 'request.size == "big"', actions: [{ handler: 'a.denier', instances: ['b.checknothing'] }] },
    expected: [
      'spec.match: Invalid value: "request.size == \\"big\\"": column 14: == needs two values of one type, got INT64 and STRING',
    ],
  },
  {
    name: 'rule: an attribute that no manifest of Istio has may be declared by another one',
    kind: 'rule',
    spec: { match: 'shop.owner == "x"', actions: [{ handler: 'a.denier', instances: ['b.checknothing.other'] }] },
    expected: [],
  },
  {
    name: 'rule: names of handlers and instances',
    kind: 'rule',
    spec: {
      actions: [
        { handler: 'a.stackdriver', instances: ['b.metric'] },
        { handler: 'a.memqota', instances: ['b.metric', 'b.metric'] },
        { handler: 'a', instances: [] },
        { handler: 'a.denier.x', instances: ['b.metric', 'c.denier'] },
      ],
    },
    expected: [
      'spec.actions[0].handler: Invalid value: "a.stackdriver": stackdriver is not supported by this mesh; see docs/compatibility.md',
      'spec.actions[1].handler: Invalid value: "a.memqota": memqota is not a kind of handler; did you mean memquota?',
      'spec.actions[1].instances[1]: Duplicate value: "b.metric"',
      'spec.actions[2].handler: Invalid value: "a": must be name.kind or name.kind.namespace',
      'spec.actions[2].instances: Required value: at least one instance, for example requests.checknothing',
      'spec.actions[3].instances[0]: Invalid value: "b.metric": a denier takes checknothing, listentry, quota, not metric',
      'spec.actions[3].instances[1]: Invalid value: "c.denier": denier is not a kind of instance; there are checknothing, listentry, quota, metric, logentry, tracespan, reportnothing, kubernetes',
    ],
  },
  {
    name: 'rule: the old selector',
    kind: 'rule',
    spec: { selector: 'x', actions: [{ handler: 'a.denier', instances: ['b.checknothing'] }] },
    expected: ['spec.selector: Forbidden: deprecated, match took its place; see docs/compatibility.md'],
  },
  { name: 'checknothing: an empty spec', kind: 'checknothing', spec: undefined, expected: [] },
  {
    name: 'denier: a code that there is not',
    kind: 'denier',
    spec: { status: { code: 17 }, valid_duration: '5' },
    expected: [
      'spec.status.code: Invalid value: 17: must be between 0 and 16',
      'spec.valid_duration: Invalid value: "5": must be a duration with a unit, for example 1s, 250ms or 1h30m',
    ],
  },
  {
    name: 'listchecker: entries must be of its type',
    kind: 'listchecker',
    spec: { overrides: ['10.0.0.0/8', 'home', '10.0.0.0/33'], entryType: 'IP_ADDRESSES' },
    expected: [
      'spec.overrides[1]: Invalid value: "home": must be an IP address or a range, for example 10.0.0.0/8',
      'spec.overrides[2]: Invalid value: "10.0.0.0/33": must be an IP address or a range, for example 10.0.0.0/8',
    ],
  },
  {
    name: 'listchecker: what a provider needs',
    kind: 'listchecker',
    spec: { providerUrl: 'lists', refreshInterval: '500ms', ttl: '100ms' },
    expected: [
      'spec.providerUrl: Invalid value: "lists": must be a URL with http or https and a host',
      'spec.refreshInterval: Invalid value: "500ms": refresh interval must be at least 1 second',
      'spec.ttl: Invalid value: "100ms": must be at least spec.refreshInterval, 500ms',
    ],
  },
  {
    name: 'listentry: needs a STRING',
    kind: 'listentry',
    spec: { value: 'source.ip' },
    expected: ['spec.value: Invalid value: "source.ip": column 1: expected STRING, got IP_ADDRESS'],
  },
  {
    name: 'memquota: limits are for whole names',
    kind: 'memquota',
    spec: {
      quotas: [
        { name: 'requestcount', max_amount: -1 },
        { name: 'a.quota.shop', overrides: [{ maxAmount: -1 }] },
      ],
    },
    expected: [
      'spec.quotas[0].name: Invalid value: "requestcount": must be the whole name of a quota, for example requestcount.quota.istio-system',
      'spec.quotas[0].max_amount: Invalid value: -1: must be at least 0',
      'spec.quotas[1].overrides[0].maxAmount: Invalid value: -1: must be at least 0',
    ],
  },
  {
    name: 'redisquota: a rolling window counts in buckets shorter than itself',
    kind: 'redisquota',
    spec: {
      quotas: [
        { name: 'a.quota.shop', validDuration: '1s', bucketDuration: '2s', rateLimitAlgorithm: 'ROLLING_WINDOW' },
      ],
      redisServerUrl: 'redis',
    },
    expected: [
      'spec.quotas[0].bucketDuration: Invalid value: "2s": must be shorter than spec.quotas[0].validDuration',
      'spec.redisServerUrl: Invalid value: "redis": must be host:port, for example redis:6379',
    ],
  },
  {
    name: 'metric: the one of the tutorial, in both spellings',
    kind: 'metric',
    spec: {
      value: '"1"',
      dimensions: { user_agent: 'request.headers["user-agent"] | "unknown"' },
      monitored_resource_type: '"UNSPECIFIED"',
    },
    expected: [],
  },
  {
    name: 'metric: a dimension that is none',
    kind: 'metric',
    spec: { value: '1', dimensions: { source: 'source.service |' } },
    expected: [
      'spec.dimensions[source]: Invalid value: "source.service |": column 17: unexpected the end, expected a literal, an attribute or a function',
    ],
  },
  {
    name: 'prometheus: buckets',
    kind: 'prometheus',
    spec: {
      metrics: [
        { name: 'a', instance_name: 'a.metric.shop', kind: 'COUNTER', label_names: ['source'] },
        { name: 'a', kind: 'DISTRIBUTION', buckets: { explicit_buckets: { bounds: [1, 1] } } },
      ],
    },
    expected: [
      'spec.metrics[1].name: Duplicate value: "a"',
      'spec.metrics[1].instanceName: Required value: the whole name of a metric, for example requests.metric.istio-system',
      'spec.metrics[1].buckets.explicit_buckets.bounds: Invalid value: [1,1]: must increase from each to the next',
    ],
  },
  {
    name: 'a field in both spellings at once',
    kind: 'prometheus',
    spec: { metrics: [{ instance_name: 'a.metric.b', instanceName: 'c.metric.b', kind: 'GAUGE' }] },
    expected: [
      'spec.metrics[0].instance_name: Forbidden: the same field is written in camel case too; keep one of them',
    ],
  },
  {
    name: 'logentry: types of its parts',
    kind: 'logentry',
    spec: { severity: '5', timestamp: 'request.time', variables: { latency: 'response.duration | "0ms"' } },
    expected: ['spec.severity: Invalid value: "5": column 1: expected STRING, got INT64'],
  },
  {
    name: 'stdio: files are not written',
    kind: 'stdio',
    spec: { log_stream: 'FILE', outputPath: '/tmp/x' },
    expected: [
      'spec.log_stream: Forbidden: "FILE" is not supported yet; see docs/compatibility.md',
      'spec.outputPath: Forbidden: not supported yet; see docs/compatibility.md',
    ],
  },
  {
    name: 'kubernetes: bindings of the default installation',
    kind: 'kubernetes',
    spec: {
      source_uid: 'source.uid | ""',
      origin_ip: 'ip("0.0.0.0")',
      attribute_bindings: {
        'source.labels': '$out.source_labels | emptyStringMap()',
        'source.ip': '$out.source_pod_ip | "none"',
      },
    },
    expected: [
      'spec.attribute_bindings[source.ip]: Invalid value: "$out.source_pod_ip | \\"none\\"": column 20: | needs two values of one type, got IP_ADDRESS and STRING; write an address as ip("10.0.0.1")',
    ],
  },
  {
    name: 'attributemanifest: types',
    kind: 'attributemanifest',
    spec: { attributes: { 'shop.owner': { valueType: 'STRING' }, 'a b': {}, 'source.ip': { value_type: 'STRING' } } },
    expected: [
      'spec.attributes[a b]: Invalid value: "a b": must be a name such as source.owner',
      'spec.attributes[a b].valueType: Required value: one of STRING, INT64, DOUBLE, BOOL, TIMESTAMP, IP_ADDRESS, EMAIL_ADDRESS, URI, DNS_NAME, DURATION, STRING_MAP',
      'spec.attributes[source.ip].value_type: Invalid value: "STRING": source.ip is IP_ADDRESS in every mesh',
    ],
  },
  {
    name: 'QuotaSpec and its binding',
    kind: 'QuotaSpec',
    spec: { rules: [{ match: [{ clause: { 'request.path': { prefix: '' } } }], quotas: [{ quota: 'RequestCount' }] }] },
    expected: [
      'spec.rules[0].match[0].clause[request.path].prefix: Required value: cannot be empty',
      'spec.rules[0].quotas[0].charge: Invalid value: 0: quota charge amount must be positive',
    ],
  },
  {
    name: 'QuotaSpecBinding: services and specs',
    kind: 'QuotaSpecBinding',
    spec: { services: [{ name: 'a', labels: { x: 'y' } }], quotaSpecs: [{}] },
    expected: [
      'spec.quotaSpecs[0].name: Required value: name is mandatory for QuotaSpecReference',
      'spec.services[0].labels: Forbidden: a QuotaSpec is bound to a whole service; see docs/compatibility.md',
    ],
  },
];

for (const { name, kind, spec, expected } of CASES) {
  test(name, () => assert.deepEqual(complaints(kind, spec), expected));
}
