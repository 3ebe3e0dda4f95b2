import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { validate } from '../../src/analysis/index.js';
import { convert } from '../../src/cli/convert/convert.js';
import { toSource } from '../../src/cli/convert/source.js';
import { writeConversion } from '../../src/cli/convert/write.js';
import { parseManifests } from '../../src/cli/manifests/read.js';
import { compile, type MeshSnapshot, snapshotOf } from '../../src/compiler/index.js';
import { readCase, readYaml } from '../../src/compiler/testing/case.js';
import { decode } from '../../src/compiler/testing/decode.js';
import type { KubeObject } from '../../src/resources/object.js';
import { type Node, NodeSchema } from '../../src/xds/types/gen/envoy/config/core/v3/base_pb.js';
import { repositoryRoot } from '../support/repository.js';

const RUNS = 200;
const NAMESPACE = 'shop';
const NODES = [
  create(NodeSchema, {
    id: 'sidecar~10.0.0.1~front-1.shop~shop.svc.cluster.local',
    metadata: { LABELS: { app: 'front' } },
  }),
  create(NodeSchema, {
    id: 'sidecar~10.0.0.2~other-1.other~other.svc.cluster.local',
    metadata: { LABELS: { app: 'other' } },
  }),
  create(NodeSchema, {
    id: 'router~10.0.0.3~ingress.istio-system~x',
    metadata: { LABELS: { istio: 'ingressgateway' } },
  }),
];

/** The objects that a user has after converting, and what the command printed. */
function converted(objects: readonly KubeObject[]): KubeObject[] {
  const text = objects.map((object) => stringify(object, { compat: 'yaml-1.1' })).join('---\n');
  const sources = parseManifests(text, 'old.yaml').map((manifest) => toSource(manifest, NAMESPACE));
  const written = writeConversion(sources, convert(sources), (manifest) => stringify(manifest.object));
  return parseAllDocuments(written).flatMap((document) => (document.toJS() as KubeObject | null) ?? []);
}

/** Lists of which the order means nothing. */
const SETS = new Set(['listeners', 'routes', 'clusters', 'endpoints', 'virtualHosts']);

/** What a proxy is told, without the names that conversion is free to choose and without what objects it was made of. */
function meaning(snapshot: MeshSnapshot, node: Node): unknown {
  const decoded = decode(compile(snapshot, node) ?? assert.fail('it is no proxy'));
  const text = JSON.stringify(decoded).replace(/version-(v\d)/g, '$1');
  return JSON.parse(text, (key, value: unknown) => {
    if (key === 'filterMetadata') return undefined;
    return SETS.has(key) && isNamed(value) ? value.toSorted(byName) : value;
  });
}

interface Named {
  readonly name: string;
}

/** Resources and virtual hosts have unique names; the routes of a virtual host, whose order matters, have domains beside them. */
function isNamed(value: unknown): value is Named[] {
  return Array.isArray(value) && value.every((item: object) => 'name' in item && !('match' in item));
}

function byName(left: Named, right: Named): number {
  return left.name < right.name ? -1 : 1;
}

function assertSameMeaning(objects: readonly KubeObject[], nodes: readonly Node[] = NODES): void {
  const named = objects.map((object) => ({ ...object, metadata: { namespace: NAMESPACE, ...object.metadata } }));
  const after = converted(named);
  assert.deepEqual(
    after.filter(({ apiVersion }) => apiVersion.startsWith('config.istio.io')),
    [],
  );
  for (const object of after.filter(({ apiVersion }) => apiVersion.startsWith('networking.istio.io'))) {
    const { messages } = validate(object, undefined, NAMESPACE);
    assert.deepEqual(
      messages.map(({ text }) => text),
      [],
      `${object.kind} ${object.metadata.name} is not accepted`,
    );
  }
  const stored = (all: readonly KubeObject[]) =>
    snapshotOf(all.map((object) => validate(object, undefined, NAMESPACE).subject.object));
  for (const node of nodes) assert.deepEqual(meaning(stored(after), node), meaning(stored(named), node));
}

function service(name: string, ip: number): KubeObject {
  const spec = { selector: { app: name }, clusterIP: `10.96.0.${ip}`, ports: [{ name: 'http', port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: NAMESPACE }, spec };
}

const NAMES = ['front', 'reviews', 'ratings'];
const name = fc.constantFrom(...NAMES);
const labels = fc.constantFrom<Record<string, string>[]>(
  { version: 'v1' },
  { version: 'v2' },
  { version: 'v3', track: 'b' },
);
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const ruleName = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);

const weights = fc.integer({ min: 1, max: 99 }).chain((weight) =>
  fc.tuple(labels, labels).map(([one, other]) => [
    { labels: one, weight },
    { labels: other, weight: 100 - weight },
  ]),
);
const route = fc.oneof(
  labels.map((one) => [{ labels: one }] as object[]),
  weights as fc.Arbitrary<object[]>,
  fc.record({ name }).map((destination) => [{ destination }] as object[]),
);
const match = fc.record(
  {
    source: fc.record({ name }),
    request: fc.record({
      headers: fc.dictionary(
        fc.constantFrom('uri', 'cookie', 'user-agent', 'method'),
        fc.constantFrom({ exact: 'a' }, { prefix: '/a' }, { regex: 'a.*' }),
        { minKeys: 1, maxKeys: 2 },
      ),
    }),
  },
  { requiredKeys: [] },
);
const routeRule = fc
  .record({
    name: ruleName,
    destination: fc
      .constantFrom({ namespace: NAMESPACE }, {})
      .chain((where) => name.map((one) => ({ name: one, ...where }))),
    precedence: optional(fc.integer({ min: 0, max: 3 })),
    match: optional(match),
    route: optional(route),
    timeout: optional(fc.constantFrom('1s', '250ms')),
    attempts: optional(fc.integer({ min: 0, max: 3 })),
    abort: optional(fc.record({ percent: fc.integer({ min: 0, max: 100 }), httpStatus: fc.constantFrom(400, 503) })),
    rewrite: optional(fc.constant({ uri: '/b' })),
    appendHeaders: optional(fc.constant({ 'x-a': 'b' })),
    mirror: optional(fc.record({ name, labels })),
    corsPolicy: optional(fc.constant({ allowOrigin: ['a.example.com'], maxAge: '1s' })),
    redirect: fc.option(fc.constant({ uri: '/elsewhere' }), { nil: undefined, freq: 8 }),
  })
  .map(({ name: of, timeout, attempts, abort, redirect, ...spec }) => {
    const { destination, precedence, match: on } = spec;
    if (redirect) return older('RouteRule', `rule-${of}`, { destination, precedence, match: on, redirect });
    return older('RouteRule', `rule-${of}`, {
      ...spec,
      ...(timeout ? { httpReqTimeout: { simpleTimeout: { timeout } } } : {}),
      ...(attempts === undefined ? {} : { httpReqRetries: { simpleRetry: { attempts, perTryTimeout: '1s' } } }),
      ...(abort ? { httpFault: { abort } } : {}),
    });
  });
const policy = fc
  .record({
    name: ruleName,
    destination: fc.record({ name, labels }, { requiredKeys: ['name'] }),
    source: optional(fc.record({ name })),
    loadBalancing: fc.record({ name: fc.constantFrom('RANDOM', 'LEAST_CONN', 'ROUND_ROBIN') }),
    circuitBreaker: optional(
      fc.record({ simpleCb: fc.constantFrom({}, { maxConnections: 3, httpConsecutiveErrors: 2 }) }),
    ),
  })
  .map(({ name: of, ...spec }) => older('DestinationPolicy', `policy-${of}`, spec));
const egress = fc
  .record({
    name: ruleName,
    host: fc.constantFrom('a.example.com', '*.example.org'),
    protocol: fc.constantFrom('http', 'http2'),
  })
  .map(({ name: of, host, protocol }) =>
    older('EgressRule', `egress-${of}`, { destination: { service: host }, ports: [{ port: 8080, protocol }] }),
  );
const ingress = fc
  .record({
    name: ruleName,
    host: optional(fc.constantFrom('a.example.com', 'b.example.com')),
    of: name,
    path: fc.constantFrom('/', '/a', '/a/.*'),
  })
  .map(
    ({ name: own, host, of, path }): KubeObject => ({
      apiVersion: 'extensions/v1beta1',
      kind: 'Ingress',
      metadata: { name: `ingress-${own}` },
      spec: {
        rules: [
          { ...(host ? { host } : {}), http: { paths: [{ path, backend: { serviceName: of, servicePort: 80 } }] } },
        ],
      },
    }),
  );

function older(kind: string, objectName: string, spec: object): KubeObject {
  return {
    apiVersion: 'config.istio.io/v1alpha2',
    kind,
    metadata: { name: objectName },
    spec: JSON.parse(JSON.stringify(spec)) as object,
  };
}

test('what convert prints means the same as what it was given', () => {
  const objects = fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: routeRule }, policy, egress, ingress), {
    maxLength: 8,
    selector: ({ kind, metadata }) => `${kind}/${metadata.name}`,
  });
  const services = NAMES.map((each, i) => service(each, i + 1));
  fc.assert(
    fc.property(objects, (rules) => assertSameMeaning([...services, ...rules])),
    { numRuns: RUNS },
  );
});

for (const file of ['route-rules', 'egress-rule', 'gateways', 'destination-rule-load-balancing']) {
  test(`what convert makes of ${file} means the same`, () => {
    const path = join(repositoryRoot(), 'src/compiler/testdata', `${file}.in.yaml`);
    const objects = readYaml(path).filter(({ kind }) => kind !== 'Case');
    assertSameMeaning(objects, [...NODES, ...readCase(path).nodes]);
  });
}
