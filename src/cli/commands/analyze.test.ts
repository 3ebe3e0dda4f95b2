import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, test } from 'node:test';
import { parse } from 'yaml';
import { ApiError } from '../../client/client.js';
import { SERVICES } from '../../resources/gvr.js';
import { Terminal } from '../testing/terminal.js';

const terminal = new Terminal();
after(() => terminal.close());

const SERVICE = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'reviews', namespace: 'shop' },
  spec: { selector: { app: 'reviews' }, ports: [{ name: 'http', port: 80 }] },
};
const RULE = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: shop}
spec:
  hosts: [reviews]
  http:
  - route:
    - destination:
        host: review
`;
const rule = terminal.write('rule.yaml', RULE);
const service = terminal.write('service.json', JSON.stringify(SERVICE));

test('analyze: files alone, with place, code, cause and fix, and istioctl’s exit code', async () => {
  const { code, out, err } = await terminal.run(['analyze', '--use-kube=false', '-o', 'text', rule, service]);
  assert.equal(code, 79);
  assert.equal(
    out,
    [
      `Error [IST0101] (VirtualService reviews.shop ${rule}:9:9) Referenced host not found: "review"`,
      '  fix: Write reviews.shop.svc.cluster.local, if that is meant.',
      '  see: https://istio.io/latest/docs/reference/config/analysis/ist0101/',
      '',
    ].join('\n'),
  );
  assert.match(err, /^error: Analyzers found issues when analyzing/);
});

test('analyze: nothing wrong ends with 0 and says so', async () => {
  const { code, out, err } = await terminal.run(['analyze', '--offline', service]);
  assert.deepEqual([code, out], [0, '']);
  assert.equal(err, `✔ No validation issues found when analyzing ${service}.\n`);
});

test('analyze: the running mesh, and what a file would change of it', async () => {
  const at = new Terminal();
  try {
    const file = at.write('rule.yaml', RULE);
    const alone = await at.run(['analyze', file]);
    assert.match(alone.out, /IST0101.*rule.yaml:9:9/, 'a mesh without services has none');
    await at.client.create(SERVICES, { ...SERVICE, metadata: { ...SERVICE.metadata, name: 'review' } });
    assert.deepEqual((await at.run(['analyze', file])).code, 0);
  } finally {
    at.close();
  }
});

test('analyze: only the objects of the namespace are told of, unless all are wanted', async () => {
  const at = new Terminal();
  try {
    const unnamed = { ...SERVICE, spec: { ...SERVICE.spec, ports: [{ port: 80 }] } };
    for (const namespace of ['shop', 'other']) {
      await at.client.create(SERVICES, { ...unnamed, metadata: { name: 'reviews', namespace } });
    }
    assert.equal((await at.run(['analyze'])).out.match(/IST0118/g)?.length, 1);
    assert.equal((await at.run(['analyze', '-A'])).out.match(/IST0118/g)?.length, 2);
    assert.equal((await at.run(['analyze', '-n', 'empty'])).out, '');
  } finally {
    at.close();
  }
});

test('analyze: json, yaml and sarif say the same', async () => {
  const args = ['analyze', '--offline', rule, service, '-o'];
  const [first] = JSON.parse((await terminal.run([...args, 'json'])).out) as Record<string, string>[];
  assert.deepEqual(first, {
    code: 'IST0101',
    level: 'Error',
    origin: 'VirtualService reviews.shop',
    reference: `${rule}:9:9`,
    field: 'spec.http[0].route[0].destination.host',
    message: 'Referenced host not found: "review"',
    fix: 'Write reviews.shop.svc.cluster.local, if that is meant.',
    documentationUrl: 'https://istio.io/latest/docs/reference/config/analysis/ist0101/',
  });
  assert.deepEqual(parse((await terminal.run([...args, 'yaml'])).out), [first]);
  const sarif = JSON.parse((await terminal.run([...args, 'sarif'])).out) as { runs: { results: object[] }[] };
  assert.deepEqual(sarif.runs[0]?.results[0], {
    ruleId: 'IST0101',
    ruleIndex: 0,
    level: 'error',
    message: { text: 'Referenced host not found: "review" Write reviews.shop.svc.cluster.local, if that is meant.' },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: rule }, region: { startLine: 9, startColumn: 9 } },
        logicalLocations: [{ fullyQualifiedName: 'VirtualService reviews.shop', kind: 'resource' }],
      },
    ],
  });
});

test('analyze: suppressed by the command line, by an annotation, and below the threshold', async () => {
  const args = ['analyze', '--offline', rule, service];
  assert.equal((await terminal.run([...args, '-S', 'IST0101=VirtualService *.shop'])).code, 0);
  assert.equal((await terminal.run([...args, '-S', 'IST0101=VirtualService other.shop'])).code, 79);
  const annotation = 'namespace: shop, annotations: {galley.istio.io/analyze-suppress: "IST0101,IST0109"}';
  const quiet = terminal.write('quiet.yaml', RULE.replace('namespace: shop', annotation));
  assert.equal((await terminal.run(['analyze', '--offline', quiet, service])).code, 0);
  assert.match(
    (await terminal.run([...args, '-S', 'IST9999=Pod a.b'])).err,
    /^Warning: Supplied message code 'IST9999'/,
  );
  assert.equal((await terminal.run([...args, '-S', 'nonsense'])).code, 1);
});

test('analyze: thresholds for what is printed and for how it ends', async () => {
  const unnamed = terminal.write('info.yaml', JSON.stringify({ ...SERVICE, spec: { ports: [{ port: 80 }] } }));
  const args = ['analyze', '--offline', unnamed];
  assert.equal((await terminal.run(args)).code, 0);
  assert.equal((await terminal.run([...args, '--failure-threshold', 'Info'])).code, 79);
  assert.equal((await terminal.run([...args, '--output-threshold', 'Warning'])).out, '');
});

test('analyze: a folder with all below; what is no manifest is told, and ends with 65', async () => {
  const at = new Terminal();
  try {
    mkdirSync(`${at.folder}/deep/er`, { recursive: true });
    at.write('deep/er/rule.yml', RULE);
    at.write('deep/service.yaml', JSON.stringify(SERVICE));
    at.write('deep/notes.txt', 'no manifest');
    assert.match((await at.run(['analyze', '--offline', `${at.folder}/deep`])).out, /er\/rule\.yml:9:9/);
    const broken = at.write('deep/broken.yaml', 'a: [1\n');
    const alone = await at.run(['analyze', '--offline', broken]);
    assert.equal(alone.code, 65);
    assert.match(alone.err, /broken\.yaml:2: /);
    assert.equal((await at.run(['analyze', '--offline', '--ignore-unknown', broken])).code, 0);
  } finally {
    at.close();
  }
});

test('analyze: without a mesh files are analyzed alone, and without files that is an error', async () => {
  const connect = () => Promise.reject(new ApiError(0, 'Unreachable', 'nobody answers'));
  terminal.overrides = { connect };
  try {
    const files = await terminal.run(['analyze', service]);
    assert.equal(files.code, 0);
    assert.match(files.err, /^note: no mesh runs: the files are analyzed alone/);
    assert.equal((await terminal.run(['analyze'])).code, 1);
  } finally {
    terminal.overrides = {};
  }
});

test('analyze -L lists the analyzers, --analyzer runs one', async () => {
  const { out } = await terminal.run(['analyze', '-L']);
  assert.match(out, /^\* annotations\.K8sAnalyzer:\nChecks /);
  const one = ['analyze', '--offline', rule, service, '--analyzer'];
  assert.equal((await terminal.run([...one, 'service.PortNameAnalyzer'])).code, 0);
  assert.equal((await terminal.run([...one, 'virtualservice.DestinationHostAnalyzer'])).code, 79);
  assert.equal((await terminal.run([...one, 'nobody.Analyzer'])).code, 1);
});

test('analyze: colours only where they are asked for, or on a terminal', async () => {
  const args = ['analyze', '--offline', rule, service];
  assert.doesNotMatch((await terminal.run(args)).out, /\u001b/);
  assert.match((await terminal.run([...args, '--color'])).out, /^\u001b\[1;31mError\u001b\[0m \[IST0101\]/);
});

test('validate: what the mesh would refuse, with file and line, and all else is valid', async () => {
  const good = await terminal.run(['validate', '-f', rule, service]);
  assert.deepEqual([good.code, good.out], [0, `"${rule}" is valid\n"${service}" is valid\n`]);
  const wrong = await terminal.run(['validate', '-f', '-'], RULE.replace('- route:', '- timeout: soon\n    route:'));
  assert.equal(wrong.code, 1);
  assert.match(
    wrong.err,
    /^error: standard input:7: VirtualService "reviews" is invalid: spec\.http\[0\]\.timeout: Invalid value: "soon"/,
  );
  assert.equal((await terminal.run(['validate'])).code, 1);
});

test('validate: ports without protocol are refused, pods without app and version warned of, as istioctl does', async () => {
  const unnamed = await terminal.run(
    ['validate', '-f', '-'],
    JSON.stringify({ ...SERVICE, spec: { ports: [{ port: 80 }] } }),
  );
  assert.equal(unnamed.code, 1);
  assert.match(unnamed.err, /doesn't follow the naming convention/);
  const labels = { app: 'reviews' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app' }] } };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'reviews' } };
  const spec = { selector: { matchLabels: labels }, template };
  const plain = await terminal.run(['validate', '-f', '-'], JSON.stringify({ ...deployment, spec }));
  assert.equal(plain.code, 0);
  assert.match(plain.err, /^warning: standard input:1: deployment "reviews" may not provide/);
});
