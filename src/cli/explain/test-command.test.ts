import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Terminal } from '../testing/terminal.js';

const CONFIG = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web, namespace: shop }
spec:
  hosts: [www.example.com]
  gateways: [front]
  http:
  - match: [{ uri: { prefix: /users } }]
    timeout: 2s
    rewrite: { uri: /people }
    route: [{ destination: { host: users.shop.svc.cluster.local, port: { number: 80 } } }]
  - route: [{ destination: { host: rest.shop.svc.cluster.local } }]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: front, namespace: shop }
spec:
  selector: { istio: ingressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [www.example.com] }]
`;

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
  terminal.write('config.yaml', CONFIG);
});
afterEach(() => terminal.close());

function tests(text: string): string {
  return terminal.write('routing-test.yaml', `config: [config.yaml]\nnamespace: shop\ntests:\n${text}`);
}

test('a test that holds passes, and counts the route that it reached', async () => {
  const file = tests(`- name: users
  request: http://www.example.com/users/7
  expect:
    rule: VirtualService/web
    route: [{ host: users }]
    path: /people/7
    timeout: 2s
    retries: { attempts: 2 }
`);
  const { code, out } = await terminal.run(['test', file]);
  assert.equal(code, 0);
  assert.match(out, /^✓ users {2}.*routing-test\.yaml:4\n/);
  assert.match(
    out,
    /routes covered: 1 of 2 \(50 %\)\n {2}not covered: VirtualService shop\/web spec\.http\[1\] {2}.*config\.yaml:12\n/,
  );
  assert.match(out, /1 passed, 0 failed\n$/);
});

test('a test that does not hold says what was expected, what is, and which line decided', async () => {
  const file = tests(`- name: users
  request: http://www.example.com/other
  expect: { route: [{ host: users }], timeout: 2s }
`);
  const { code, out } = await terminal.run(['test', file, '--junit', join(terminal.folder, 'report.xml')]);
  assert.equal(code, 1);
  assert.match(
    out,
    /route: expected 100 % users\.shop\S+, but it is 100 % rest\.shop\S+ \(decided by .*config\.yaml:12\)/,
  );
  assert.match(out, /timeout: expected 2000ms, but it is none/);
  const report = readFileSync(join(terminal.folder, 'report.xml'), 'utf8');
  assert.match(report, /<testsuite name="trysail test" tests="1" failures="1"/);
});

test('too little coverage fails', async () => {
  const file = tests('- { name: users, request: "http://www.example.com/users", expect: { path: /people } }\n');
  const { code, err } = await terminal.run(['test', file, '--coverage', '80']);
  assert.deepEqual([code, err], [1, 'error: the tests reach 50 % of the routes, not 80 %\n']);
});

test('a misspelt field of a test is an error with its line', async () => {
  const file = tests('- name: users\n  request: http://www.example.com/\n  expects: {}\n');
  const { code, err } = await terminal.run(['test', file]);
  assert.equal(code, 1);
  assert.match(err, /routing-test\.yaml:6: unknown field "tests\[0\]\.expects"\nhint: Did you mean expect\?/);
});

test("istio-config-validator's files run: every combination, wherever the rules hold, and what must not match", async () => {
  const file = terminal.write(
    'cases.yaml',
    `testCases:
- description: users
  wantMatch: true
  request: { authority: [www.example.com], method: [GET, POST], uri: [/users, /users/1] }
  rewrite: { uri: /people }
  route: [{ destination: { host: users.shop.svc.cluster.local, port: { number: 80 } } }]
- description: others are no users
  wantMatch: false
  request: { authority: [www.example.com], uri: [/other] }
  route: [{ destination: { host: users.shop.svc.cluster.local } }]
- description: this is wrong
  wantMatch: true
  request: { authority: [www.example.com], uri: [/other, /users] }
  route: [{ destination: { host: users.shop.svc.cluster.local } }]
`,
  );
  const { code, out } = await terminal.run(['test', '-f', join(terminal.folder, 'config.yaml'), file]);
  assert.equal(code, 1);
  assert.match(
    out,
    /✓ users .*\n✓ others are no users .*\n✗ this is wrong .*\n {4}GET http:\/\/www\.example\.com\/other: route/,
  );
  assert.match(out, /2 passed, 1 failed\n$/);
});

test('explain on files says who decides, with file and line', async () => {
  const config = join(terminal.folder, 'config.yaml');
  const { code, out } = await terminal.run([
    'explain',
    '-f',
    config,
    'curl',
    '-H',
    'Host: www.example.com',
    'http://x/users',
  ]);
  assert.equal(code, 0);
  assert.match(out, /✓ VirtualService shop\/web spec\.http\[0\]\.match\[0\] {2}.*config\.yaml:8\n/);
  const { err } = await terminal.run(['explain', '-f', config, '--from', 'nobody', 'http://x/']);
  assert.match(err, /no pod, service or workload "nobody" in namespace "default"/);
});

test('an object that the mesh would refuse is refused here too, with its line', async () => {
  terminal.write('config.yaml', CONFIG.replace('timeout: 2s', 'timeuot: 2s'));
  const { code, err } = await terminal.run([
    'explain',
    '-f',
    join(terminal.folder, 'config.yaml'),
    'http://www.example.com/',
  ]);
  assert.equal(code, 1);
  assert.match(err, /config\.yaml:9: VirtualService "web" is invalid: .*timeuot/);
});
