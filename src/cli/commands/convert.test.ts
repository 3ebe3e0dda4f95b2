import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../resources/object.js';
import { Terminal } from '../testing/terminal.js';

const terminal = new Terminal();
after(() => terminal.close());

const RULES = `# Everybody gets v1.
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: {name: reviews-default, namespace: shop}
spec:
  destination: {name: reviews}
  precedence: 1
  route:
  - labels: {version: v1}
---
# Safari gets v2.
apiVersion: config.istio.io/v1alpha2
kind: RouteRule
metadata: {name: reviews-safari, namespace: shop}
spec:
  destination: {name: reviews}
  precedence: 2
  match: {request: {headers: {user-agent: {regex: '.*Safari.*'}}}}
  route:
  - labels: {version: v2}
`;

function objects(text: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as KubeObject | null) ?? []);
}

test('convert: the rules of a destination become one VirtualService, with comments at their routes', async () => {
  const { out, err, code } = await terminal.run(['convert', '-f', '-'], RULES);
  assert.equal(code, 0);
  assert.equal(err, '');
  assert.equal(
    out,
    `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: reviews
  namespace: shop
spec:
  host: reviews
  subsets:
    - name: v1
      labels:
        version: v1
    - name: v2
      labels:
        version: v2
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: reviews
  namespace: shop
spec:
  hosts:
    - reviews
  http:
    # Safari gets v2.
    - name: reviews-safari
      match:
        - headers:
            user-agent:
              regex: .*Safari.*
      route:
        - destination:
            host: reviews
            subset: v2
      retries:
        attempts: 0
    # Everybody gets v1.
    - name: reviews-default
      route:
        - destination:
            host: reviews
            subset: v1
      retries:
        attempts: 0
`,
  );
});

test('convert: other kinds stay as they were written, in their place', async () => {
  const service = '# ours\napiVersion: v1\nkind: Service   # plain\nmetadata: {name: reviews, namespace: shop}\n';
  const { out } = await terminal.run(['convert', '-f', '-'], `${service}---\n${RULES}`);
  assert.ok(out.startsWith(`${service}---\napiVersion: networking`), out);
});

test('convert: what has no counterpart is listed, on the standard error and as a comment', async () => {
  const denier =
    'apiVersion: config.istio.io/v1alpha2\nkind: denier\nmetadata: {name: refuse}\nspec: {status: {code: 7}}\n';
  const { out, err, code } = await terminal.run(['convert', '-f', '-'], denier);
  assert.equal(code, 0);
  assert.match(err, /^note: standard input:1: denier refuse: has no counterpart: use an AuthorizationPolicy/);
  assert.match(out, /^# denier refuse: has no counterpart/);
  assert.deepEqual(objects(out), []);
});

test('convert: a namespace that nobody said is not made up', async () => {
  const { out } = await terminal.run(['convert', '-f', '-'], RULES.replaceAll(', namespace: shop', ''));
  assert.deepEqual(
    objects(out).map(({ metadata }) => metadata),
    [{ name: 'reviews' }, { name: 'reviews' }],
  );
  const elsewhere = RULES.replaceAll(', namespace: shop', '').replaceAll(
    '{name: reviews}',
    '{name: reviews, namespace: b}',
  );
  const withSource = elsewhere.replace('match: {', 'match: {source: {name: front}, ');
  assert.match((await terminal.run(['convert', '-f', '-'], withSource)).err, /add sourceNamespace/);
});

test('convert: an Ingress becomes a Gateway and a VirtualService of its name', async () => {
  const ingress = {
    apiVersion: 'extensions/v1beta1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace: 'shop' },
    spec: {
      rules: [{ host: 'shop.example.com', http: { paths: [{ backend: { serviceName: 'front', servicePort: 80 } }] } }],
    },
  };
  const { out } = await terminal.run(['convert', '-f', '-'], JSON.stringify(ingress));
  const [gateway, service] = objects(out);
  assert.deepEqual(gateway?.metadata, { name: 'shop-gateway', namespace: 'shop' });
  assert.deepEqual(service?.['spec'], {
    hosts: ['shop.example.com'],
    gateways: ['shop-gateway'],
    http: [{ name: 'shop', route: [{ destination: { host: 'front', port: { number: 80 } } }] }],
  });
});

test('convert: items of a List, and a file to write to', async () => {
  const items = objects(RULES);
  const file = terminal.write('rules.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  const to = terminal.write('out.yaml', '');
  await terminal.run(['convert', '-f', file, '-o', to]);
  assert.deepEqual(
    objects(readFileSync(to, 'utf8')).map(({ kind }) => kind),
    ['DestinationRule', 'VirtualService'],
  );
});

test('convert: a rule that Istio would have refused is refused with its line', async () => {
  const wrong = RULES.replace('- labels: {version: v1}', '- labels: {version: v1}\n    weight: 101');
  const { err, code } = await terminal.run(['convert', '-f', '-'], wrong);
  assert.equal(code, 1);
  assert.match(err, /^error: standard input:10: RouteRule "reviews-default" is invalid: spec.route\[0\].weight/);
});
