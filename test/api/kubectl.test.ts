import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import type { PodAccess } from '../../src/resources/core/pod-access.js';
import { command } from '../support/command.js';
import { startApiServer } from './server.js';

const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
const options = hasKubectl ? {} : { skip: 'kubectl is not installed' };

type Kubectl = (line: string, input?: string) => Promise<string>;

/** kubectl against a fresh server; its standard output, and behind it what it said to standard error. */
async function start(t: TestContext, podAccess?: PodAccess): Promise<{ kubectl: Kubectl; env: NodeJS.ProcessEnv }> {
  const { kubeconfig, folder } = await startApiServer(t, podAccess);
  const env = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
  const kubectl: Kubectl = async (line, input = '') => {
    const { stdout, stderr } = await command('kubectl', splitWords(line), { env, input });
    return (stdout + stderr).trim();
  };
  return { kubectl, env };
}

/** Words as a shell splits them, with single quotes. */
function splitWords(line: string): string[] {
  return (line.match(/(?:[^\s']+|'[^']*')+/g) ?? []).map((word) => word.replaceAll("'", ''));
}

const DEPLOYMENT = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  replicas: 2
  selector: {matchLabels: {app: cart}}
  template:
    metadata: {labels: {app: cart}}
    spec: {containers: [{name: main, image: "cart:1"}]}
`;

test('kubectl: create, get, scale, patch, label, describe, delete', options, async (t) => {
  const { kubectl } = await start(t);
  assert.equal(await kubectl('create namespace shop'), 'namespace/shop created');
  assert.equal(
    await kubectl('create deployment web --image=web:1 --replicas=0 --port=80 -n shop'),
    'deployment.apps/web created',
  );
  assert.equal(await kubectl('create service clusterip web --tcp=80:8080 -n shop'), 'service/web created');
  assert.match(await kubectl('get svc web -n shop -o jsonpath={.spec.clusterIP}'), /^10\.(9[6-9]|10\d|11[01])\./);
  assert.match(await kubectl('get deploy -n shop'), /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/0 +0 +0 +\d+s/);
  assert.match(await kubectl('get deploy -n shop -o wide'), /CONTAINERS +IMAGES +SELECTOR\n.*web:1 +app=web/);
  assert.equal(await kubectl('scale deploy/web --replicas=3 -n shop'), 'deployment.apps/web scaled');
  const strategic = `{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"s"}]}}}}`;
  assert.equal(await kubectl(`patch deploy web -n shop -p '${strategic}'`), 'deployment.apps/web patched');
  const path = 'jsonpath={.spec.replicas},{.spec.template.spec.containers[*].name}';
  assert.equal(await kubectl(`get deploy web -n shop -o ${path}`), '3,side web');
  assert.equal(await kubectl('label deploy web -n shop tier=front'), 'deployment.apps/web labeled');
  assert.equal(await kubectl('annotate deploy web -n shop note=x'), 'deployment.apps/web annotated');
  assert.match(await kubectl('describe deploy web -n shop'), /Replicas: +3 desired/);
  assert.equal(await kubectl('get deploy -l tier=back -A'), 'No resources found');
  assert.equal(await kubectl('delete deploy web -n shop'), 'deployment.apps "web" deleted');
  assert.equal(
    await kubectl('get deploy web -n shop'),
    'Error from server (NotFound): deployments.apps "web" not found',
  );
});

test('kubectl: apply is idempotent, on the client and on the server', options, async (t) => {
  const { kubectl } = await start(t);
  assert.equal(await kubectl('apply -f -', DEPLOYMENT), 'deployment.apps/cart created');
  assert.equal(await kubectl('apply -f -', DEPLOYMENT), 'deployment.apps/cart unchanged');
  const changed = DEPLOYMENT.replace('cart:1', 'cart:2');
  assert.equal(await kubectl('apply -f -', changed), 'deployment.apps/cart configured');
  assert.equal(await kubectl('get deploy cart -o jsonpath={.metadata.generation}'), '2');
  assert.equal(await kubectl('replace -f -', DEPLOYMENT), 'deployment.apps/cart replaced');
  const service =
    'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 80}], selector: {app: s}}\n';
  assert.equal(await kubectl('apply --server-side -f -', service), 'service/s serverside-applied');
  const without = 'apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {ports: [{port: 81}]}\n';
  assert.equal(await kubectl('apply --server-side -f -', without), 'service/s serverside-applied');
  assert.equal(await kubectl('get svc s -o jsonpath={.spec.ports[*].port}{.spec.selector}'), '81');
});

test('kubectl: what was applied by the client is applied on the server without conflict', options, async (t) => {
  const { kubectl } = await start(t);
  const settings = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "1", b: "1"}\n';
  await kubectl('apply -f -', settings);
  assert.match(await kubectl('get cm c -o yaml --show-managed-fields'), /manager: kubectl-client-side-apply/);
  const changed = settings.replaceAll('"1"', '"2"');
  assert.equal(await kubectl('apply --server-side -f -', changed), 'configmap/c serverside-applied');
  const other = await kubectl('apply --server-side --field-manager=other -f -', settings);
  assert.match(other, /Apply failed with 2 conflicts: conflicts with "kubectl":\n- \.data\.a\n- \.data\.b\n/);
});

test('kubectl: mistakes are answered with what is wrong and where', options, async (t) => {
  const { kubectl } = await start(t);
  assert.match(
    await kubectl('apply -f -', DEPLOYMENT.replace('replicas:', 'replicsa:')),
    /strict decoding error: unknown field "spec\.replicsa" \(did you mean "replicas"\?\)$/,
  );
  assert.match(
    await kubectl('apply -f -', DEPLOYMENT.replace('replicas: 2', 'replicas: many')),
    /^The Deployment "cart" is invalid: spec\.replicas: Invalid value: "string": spec\.replicas in body must be of type integer/,
  );
  const unknown = 'apiVersion: config.istio.io/v1alpha2\nkind: quotient\nmetadata: {name: m}\nspec: {}\n';
  assert.match(
    await kubectl('apply -f -', unknown),
    /no matches for kind "quotient" in version "config\.istio\.io\/v1alpha2"/,
  );
  assert.match(await kubectl('create deployment d --image=i -n nowhere'), /namespaces "nowhere" not found$/);
});

test('kubectl: old groups are served, stored as the new, and not shown twice', options, async (t) => {
  const { kubectl } = await start(t);
  const old = DEPLOYMENT.replace('apps/v1', 'extensions/v1beta1');
  assert.match(await kubectl('apply -f -', old), /deployment.extensions\/cart created/);
  assert.equal(await kubectl('get deploy -o name'), 'deployment.apps/cart');
  assert.match(await kubectl('get all -o name'), /^deployment\.apps\/cart$/);
});

test('kubectl: api-resources, explain, version', options, async (t) => {
  const { kubectl } = await start(t);
  assert.match(await kubectl('api-resources'), /^configmaps +cm +v1 +true +ConfigMap$/m);
  assert.match(
    await kubectl('explain deployment.spec.replicas'),
    /FIELD: replicas <integer>\s+DESCRIPTION:\s+How many pods there are to be\./,
  );
  assert.match(await kubectl('explain virtualservice'), /DESCRIPTION:\s+Where requests to some hosts go/);
  assert.match(await kubectl('explain pod --recursive'), /^ {6}terminationMessagePath\t<string>$/m);
  assert.match(await kubectl('version'), /Server Version: v1\.32\.0/);
});

test('kubectl get -w prints each change', options, async (t) => {
  const { kubectl, env } = await start(t);
  await kubectl('apply -f -', DEPLOYMENT);
  const watching = spawn('kubectl', ['get', 'deploy', '-w', '--no-headers'], {
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => watching.kill());
  const lines: string[] = [];
  for await (const line of createInterface(watching.stdout)) {
    lines.push(line);
    if (lines.length === 1) void kubectl('scale deploy cart --replicas=5');
    else break;
  }
  assert.match(lines[1] ?? '', /^cart +0\/5 /);
});

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {nodeName: n1, containers: [{name: main, image: "i:1"}]}
`;

for (const [carrier, webSockets] of [
  ['WebSocket', 'true'],
  ['SPDY, as kubectl before 1.31', 'false'],
]) {
  test(`kubectl logs and exec: output, input and exit code, over ${carrier}`, options, async (t) => {
    const access: PodAccess = {
      logs: async (pod) => Readable.from([`log of ${pod.name} on ${pod.node}\n`]),
      exec: async (_pod, { command: [program = '', ...args] }, { stdin, stdout, stderr }) => {
        const child = spawn(program, args, { stdio: 'pipe' });
        if (stdin) stdin.pipe(child.stdin);
        else child.stdin.end();
        if (stdout) child.stdout.pipe(stdout, { end: false });
        if (stderr) child.stderr.pipe(stderr, { end: false });
        const [exitCode] = (await once(child, 'close')) as [number];
        return { exitCode };
      },
      attach: async () => ({ exitCode: 0 }),
      connect: () => Promise.reject(new Error('not in this test')),
    };
    const { kubectl, env } = await start(t, access);
    env['KUBECTL_REMOTE_COMMAND_WEBSOCKETS'] = webSockets;
    await kubectl('apply -f -', POD);
    assert.equal(await kubectl('logs p'), 'log of p on n1');
    assert.equal(await kubectl('exec -i p -- cat', 'through and back'), 'through and back');
    assert.equal(await kubectl("exec p -- sh -c 'echo out; exit 3'"), 'out\ncommand terminated with exit code 3');
    const big = 'x'.repeat(300_000);
    assert.equal(await kubectl('exec -i p -- cat', big), big);
  });
}

test('kubectl delete of a running pod waits for its node', options, async (t) => {
  const { kubectl } = await start(t);
  await kubectl('apply -f -', POD);
  assert.match(await kubectl('delete pod p --wait=false'), /^pod "p" deleted/);
  assert.match(await kubectl('get pod p'), /Terminating/);
  await kubectl('delete pod p --grace-period=0 --force');
  assert.match(await kubectl('get pod p'), /NotFound/);
});

const NODE = 'apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n';

test('kubectl drain evicts what a node runs, and cordon keeps others away', options, async (t) => {
  const { kubectl } = await start(t);
  await kubectl('apply -f -', NODE);
  await kubectl('apply -f -', POD);
  const drained = kubectl('drain n1 --force --grace-period=0 --timeout=20s');
  await kubectl('wait pod/p --for=delete --timeout=20s');
  assert.match(await drained, /node\/n1 cordoned[\s\S]*evicting pod default\/p[\s\S]*node\/n1 drained/);
  assert.match(await kubectl('get nodes'), /SchedulingDisabled/);
  assert.equal(await kubectl('uncordon n1'), 'node/n1 uncordoned');
});
