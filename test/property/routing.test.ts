import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { validate } from '../../src/analysis/index.js';
import { snapshotOfFiles } from '../../src/compiler/index.js';
import { callerOf, type Explanation, explain } from '../../src/explain/index.js';
import type { KubeObject } from '../../src/resources/object.js';
import {
  type PlainMatch,
  type PlainOutcome,
  type PlainRequest,
  type PlainRoute,
  type PlainRule,
  type PlainStringMatch,
  readRouteRules,
  readVirtualService,
} from './plain-reading.js';

/** More by hand: TRYSAIL_PROPERTY_RUNS=5000. */
const RUNS = Number(process.env['TRYSAIL_PROPERTY_RUNS'] ?? 300);
const NAMESPACE = 'shop';
const HOST = 'stock';
const CALLER = { app: 'cart', tier: 'front' };

const APPS: readonly KubeObject[] = [
  workload('cart', CALLER),
  workload('stock-v1', { app: 'stock', version: 'v1' }),
  workload('stock-v2', { app: 'stock', version: 'v2' }),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: HOST, namespace: NAMESPACE },
    spec: { selector: { app: 'stock' }, ports: [{ name: 'http', port: 80 }] },
  },
];

const SUBSETS: KubeObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'DestinationRule',
  metadata: { name: HOST, namespace: NAMESPACE },
  spec: {
    host: HOST,
    subsets: [
      { name: 'v1', labels: { version: 'v1' } },
      { name: 'v2', labels: { version: 'v2' } },
    ],
  },
};

function workload(name: string, labels: Record<string, string>): KubeObject {
  const template = {
    metadata: { labels },
    spec: { containers: [{ name, image: name, ports: [{ containerPort: 80 }] }] },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector: { matchLabels: labels }, template },
  };
}

// Few words, so that requests and rules meet often.
const path = fc.constantFrom('/', '/a', '/a/b', '/A/b', '/b', '/ab');
const word = fc.constantFrom('x', 'xy', 'y', '');
const stringMatch: fc.Arbitrary<PlainStringMatch> = fc.oneof(
  fc.constantFrom('x', 'xy', 'y').map((exact) => ({ exact })),
  fc.constantFrom('x', 'y').map((prefix) => ({ prefix })),
  fc.constantFrom('x.*', '[xy]', 'x|y', '.*').map((regex) => ({ regex })),
);
const header = fc.constantFrom('x-one', 'x-two');
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const uri: fc.Arbitrary<PlainStringMatch> = fc.oneof(
  path.map((exact) => ({ exact })),
  path.map((prefix) => ({ prefix })),
  fc.constantFrom('/a.*', '/[ab]', '/a/.+', '/|/b').map((regex) => ({ regex })),
);

const match: fc.Arbitrary<PlainMatch> = fc
  .record(
    {
      uri,
      ignoreUriCase: fc.boolean(),
      method: fc.constantFrom({ exact: 'GET' }, { exact: 'POST' }, { regex: 'P.*' }),
      headers: fc.dictionary(header, fc.oneof(stringMatch, fc.constant({})), { minKeys: 1, maxKeys: 2 }),
      withoutHeaders: fc.dictionary(header, stringMatch, { minKeys: 1, maxKeys: 1 }),
      queryParams: fc.dictionary(
        fc.constantFrom('q', 'r'),
        fc.oneof(fc.constantFrom({ exact: 'x' }, { regex: 'x.*' })),
        {
          minKeys: 1,
          maxKeys: 2,
        },
      ),
      sourceLabels: fc.constantFrom<Record<string, string>[]>({ app: 'cart' }, { app: 'other' }, { tier: 'front' }),
    },
    { requiredKeys: [] },
  )
  .filter((one) => Object.keys(one).some((key) => key !== 'ignoreUriCase'));

const shares = fc.oneof(
  fc.constantFrom('v1', 'v2', undefined).map((subset) => [{ destination: { host: HOST, ...(subset && { subset }) } }]),
  fc.integer({ min: 0, max: 100 }).map((weight) => [
    { destination: { host: HOST, subset: 'v1' }, weight },
    { destination: { host: HOST, subset: 'v2' }, weight: 100 - weight },
  ]),
);

const action: fc.Arbitrary<PlainRoute> = fc
  .oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        route: shares,
        timeout: optional(fc.constantFrom('1s', '5s')),
        fault: optional(
          fc.integer({ min: 1, max: 100 }).map((value) => ({ abort: { httpStatus: 503, percentage: { value } } })),
        ),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(301, 302, 307).map((redirectCode) => ({ redirect: { uri: '/moved', redirectCode } })),
    },
    { weight: 1, arbitrary: fc.constantFrom(200, 404, 503).map((status) => ({ directResponse: { status } })) },
  )
  .map(withoutUndefined);

const routes = fc.array(
  fc
    .tuple(optional(fc.array(match, { minLength: 1, maxLength: 2 })), action)
    .map(([matches, rest]) => ({ ...(matches && { match: matches }), ...rest })),
  { minLength: 1, maxLength: 4 },
);

const request: fc.Arbitrary<PlainRequest> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT'),
  path,
  query: fc.uniqueArray(fc.tuple(fc.constantFrom('q', 'r'), word), { maxLength: 2, selector: ([name]) => name }),
  headers: fc.dictionary(header, fc.constantFrom('x', 'xy', 'y'), { maxKeys: 2 }),
});

function withoutUndefined<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** What the compiled configuration does, by the proxy's own router, in the words of the plain reading. */
async function routed(
  objects: readonly KubeObject[],
  { method, path: at, query, headers }: PlainRequest,
): Promise<PlainOutcome> {
  for (const object of objects) {
    const { messages } = validate(object, undefined, NAMESPACE);
    assert.deepEqual(
      messages.map(({ text }) => text),
      [],
      'the generator makes what is not accepted',
    );
  }
  const snapshot = snapshotOfFiles([...APPS, ...objects]);
  const text = query.map(([name, value]) => `${name}=${value}`).join('&');
  const { outcome } = await explain({
    snapshot,
    node: callerOf(snapshot, 'cart', NAMESPACE) ?? assert.fail('no caller'),
    request: {
      ...{ method, scheme: 'http', host: HOST, port: 80, authority: HOST },
      ...{ path: text === '' ? at : `${at}?${text}`, headers: Object.entries(headers) },
    },
  });
  return told(outcome);
}

function told(outcome: Explanation['outcome']): PlainOutcome {
  switch (outcome.kind) {
    case 'redirect':
      return { kind: 'redirect', status: outcome.status, location: outcome.location };
    case 'direct':
      return { kind: 'direct', status: outcome.status };
    case 'forward': {
      const sums: Record<string, number> = {};
      for (const { subset = '', percent } of outcome.destinations) {
        if (percent > 0) sums[subset] = (sums[subset] ?? 0) + percent;
      }
      const aborted_percent = outcome.fault?.abort?.percent ?? 0;
      return { kind: 'forward', shares: sums, timeout_ms: outcome.timeout_ms, aborted_percent };
    }
    case 'none':
      return { kind: 'none', ...(outcome.status !== undefined && { status: outcome.status }) };
    case 'tcp':
      return assert.fail('HTTP was taken for TCP');
  }
}

test(`a VirtualService routes as its plain reading says (${RUNS} random ones)`, { timeout: 600_000 }, () =>
  fc.assert(
    fc.asyncProperty(routes, fc.array(request, { minLength: 1, maxLength: 4 }), async (http, requests) => {
      const object: KubeObject = {
        apiVersion: 'networking.istio.io/v1',
        kind: 'VirtualService',
        metadata: { name: HOST, namespace: NAMESPACE },
        spec: { hosts: [HOST], http },
      };
      for (const one of requests) {
        assert.deepEqual(await routed([SUBSETS, object], one), readVirtualService(http, one, CALLER, HOST));
      }
    }),
    { numRuns: RUNS },
  ),
);

const rule: fc.Arbitrary<PlainRule['spec']> = fc
  .record({
    precedence: fc.integer({ min: 0, max: 3 }),
    match: optional(
      fc
        .dictionary(fc.constantFrom('x-one', 'x-two', 'uri', 'method'), stringMatch, { minKeys: 1, maxKeys: 2 })
        .map((headers) => ({ request: { headers: forPseudo(headers) } })),
    ),
    route: fc.oneof(
      fc.constantFrom('v1', 'v2').map((version) => [{ labels: { version } }]),
      fc.integer({ min: 0, max: 100 }).map((weight) => [
        { labels: { version: 'v1' }, weight },
        { labels: { version: 'v2' }, weight: 100 - weight },
      ]),
    ),
  })
  .map(withoutUndefined);

/** A uri begins with a slash, and a method is one of few. */
function forPseudo(headers: Record<string, PlainStringMatch>): Record<string, PlainStringMatch> {
  const { uri: at, method, ...rest } = headers;
  return {
    ...rest,
    ...(at && {
      uri: at.exact !== undefined ? { exact: '/a' } : at.prefix !== undefined ? { prefix: '/a' } : { regex: '/a.*' },
    }),
    ...(method && { method: { exact: 'GET' } }),
  };
}

test(`RouteRules route as Istio 0.7 read them (${RUNS} random sets)`, { timeout: 600_000 }, () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(rule, { minLength: 1, maxLength: 5 }),
      fc.array(request, { minLength: 1, maxLength: 4 }),
      async (specs, requests) => {
        const rules = specs.map((spec, i): PlainRule & KubeObject => ({
          apiVersion: 'config.istio.io/v1alpha2',
          kind: 'RouteRule',
          metadata: { name: `rule-${i}`, namespace: NAMESPACE },
          spec: Object.assign({ destination: { name: HOST } }, spec),
        }));
        for (const one of requests) assert.deepEqual(await routed(rules, one), readRouteRules(rules, one));
      },
    ),
    { numRuns: RUNS },
  ),
);
