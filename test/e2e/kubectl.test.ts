import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { command } from '../support/command.js';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { Mesh } from '../support/mesh.js';
import { buildCart, SHOP } from './shop.js';

const options = hasKubectl ? {} : { skip: 'kubectl is not installed' };
let mesh: Mesh;
let kubectl: Kubectl;

before(async () => {
  if (!hasKubectl) return;
  mesh = await Mesh.start({ driver: 'netns', as: 'self' });
  kubectl = new Kubectl(mesh, 'shop');
  await kubectl.ok('create namespace shop');
  await kubectl.ok('label namespace shop istio-injection=enabled');
  await buildCart(mesh);
  assert.match(await kubectl.ok('apply -f -', SHOP), /deployment.apps\/cart created/);
  await kubectl.ok('rollout status deploy/cart --timeout=20s');
});

after(() => mesh?.stop());

const podName = (): Promise<string> => kubectl.ok('get pod -l app=cart -o jsonpath={.items[0].metadata.name}');

test('a pod: names, variables, files and the names of services', options, async () => {
  const pod = await podName();
  assert.equal(await kubectl.ok(`exec ${pod} -- hostname`), pod);
  assert.equal(await kubectl.ok(`exec ${pod} -- cat /etc/settings/greeting`), 'hello');
  assert.equal(await kubectl.ok(`exec ${pod} -- sh -c 'echo $GREETING $POD'`), `hello ${pod}`);
  const clusterIP = await kubectl.ok('get svc cart -o jsonpath={.spec.clusterIP}');
  for (const name of ['cart', 'cart.shop', 'cart.shop.svc.cluster.local']) {
    assert.equal((await kubectl.ok(`exec ${pod} -- getent hosts ${name}`)).split(/\s+/)[0], clusterIP, name);
  }
});

test('a pod without a sidecar reaches services by name, and is refused where there is none', options, async () => {
  await kubectl.ok('create namespace plain');
  await kubectl.ok('create service clusterip empty --tcp=80');
  const run = (name: string) =>
    kubectl.ok(
      `-n plain run -i --rm caller --image=cart:1 --restart=Never -q -- node -e 'fetch("http://${name}.shop/").then((a) => a.text()).then(console.log, (e) => console.log(e.cause.code))'`,
    );
  assert.match(await run('cart'), /^cart-.* says hello$/m);
  assert.match(await run('empty'), /ECONNREFUSED/);
  await kubectl.ok('delete namespace plain');
  await kubectl.ok('delete service empty');
});

test(
  'a program finds its account and calls the API with it; what changes in a ConfigMap reaches it',
  options,
  async () => {
    const pod = await podName();
    const call = `const fs = require('fs'); const at = (name) => fs.readFileSync('/var/run/secrets/kubernetes.io/serviceaccount/' + name, 'utf8');
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const headers = {authorization: 'Bearer ' + at('token'), 'content-type': 'application/json'};
    const options = {host: 'kubernetes.default.svc', path, method: 'POST', ca: at('ca.crt'), headers};
    require('https').request(options, (answer) => answer.pipe(process.stdout)).end('{}')`;
    const words = ['exec', '-n', 'shop', pod, '-c', 'cart', '--', 'node', '-e', call];
    const { stdout, stderr } = await command('kubectl', words, { env: kubectl.env });
    assert.match(stdout, /"username":"system:serviceaccount:shop:default"/, stderr);
    await kubectl.ok(`patch configmap settings -p '{"data":{"greeting":"hi"}}'`);
    await eventually(
      async () => assert.equal(await kubectl.ok(`exec ${pod} -- cat /etc/settings/greeting`), 'hi'),
      3000,
    );
    await kubectl.ok(`patch configmap settings -p '{"data":{"greeting":"hello"}}'`);
  },
);

test('a node port is open on the host for as long as its service is there', options, async () => {
  await kubectl.ok('expose deploy cart --type=NodePort --name=outside --port=80 --target-port=8080');
  const port = await kubectl.ok('get svc outside -o jsonpath={.spec.ports[0].nodePort}');
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text();
  await eventually(async () => assert.match(await ask(), /^cart-.* says hello$/m));
  await kubectl.ok('delete svc outside');
  await eventually(() => assert.rejects(ask));
});

test('exec: exit code, input, a terminal, a command that is not there', options, async () => {
  const pod = await podName();
  assert.equal((await kubectl.result(`exec ${pod} -- sh -c 'exit 7'`)).status, 7);
  assert.equal(await kubectl.ok(`exec -i ${pod} -- cat`, 'through\n'), 'through');
  assert.match(await kubectl.fails(`exec ${pod} -- nosuch`), /"nosuch": executable file not found in \$PATH/);
  assert.match(await kubectl.fails(`exec ${pod} -c nosuch -- true`), /container nosuch is not valid for pod/);
});

test('run: input, a terminal, exit code', options, async () => {
  const run = (name: string, flags: string, command: string, input: string) =>
    kubectl.result(`-n default run ${flags} --rm ${name} --image=cart:1 --restart=Never -q -- ${command}`, input);
  assert.equal((await run('cat', '-i', 'cat', 'through\n')).stdout.trim(), 'through');
  const shell = await run('shell', '-i', 'sh', 'echo $((1+1)); exit 3\n');
  assert.equal(shell.stdout.trim(), '2');
  assert.equal(shell.status, 3);
  const later = `apiVersion: v1
kind: Pod
metadata: {name: later}
spec: {containers: [{name: main, image: "cart:1", command: [cat], stdin: true, stdinOnce: true}], restartPolicy: Never}
`;
  await kubectl.ok('-n default apply -f -', later);
  await kubectl.ok('-n default wait --for=condition=ready pod/later --timeout=20s');
  const attached = kubectl.result('-n default attach -i later', 'late\n');
  await eventually(async () => assert.equal(await kubectl.ok('-n default logs later'), 'late'));
  assert.match((await attached).stdout, /late/);
  await kubectl.ok('-n default delete pod later --now');
});

test('logs: tail, time stamps, selector, previous', options, async () => {
  const pod = await podName();
  assert.equal(await kubectl.ok(`logs ${pod} --tail=1`), 'listening');
  assert.match(await kubectl.ok('logs deploy/cart --timestamps'), /^\d{4}-\d\d-\d\dT[\d:.]+Z listening$/);
  assert.match(await kubectl.ok('logs -l app=cart --prefix'), /^\[pod\/cart-.*\/cart\] listening$/);
  assert.match(
    await kubectl.fails(`logs ${pod} --previous`),
    /^Error from server \(BadRequest\): previous terminated container "cart" in pod ".*" not found$/,
  );
});

test('cp copies both ways', options, async () => {
  const pod = await podName();
  const here = join(mesh.folder, 'note');
  writeFileSync(here, 'a note\n');
  await kubectl.ok(`cp ${here} ${pod}:/tmp/note`);
  await kubectl.ok(`cp ${pod}:/tmp/note ${here}.back`);
  assert.equal(readFileSync(`${here}.back`, 'utf8'), 'a note\n');
});

for (const webSockets of ['true', 'false']) {
  test(`port-forward, ${webSockets === 'true' ? 'in a WebSocket' : 'as SPDY'}`, options, async () => {
    const env = { ...kubectl.env, KUBECTL_PORT_FORWARD_WEBSOCKETS: webSockets };
    const forward = spawn('kubectl', ['-n', 'shop', 'port-forward', 'deploy/cart', ':8080'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const [line] = (await once(createInterface(forward.stdout), 'line')) as [string];
      const port = /127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      for (let i = 0; i < 5; i++) {
        assert.match(await (await fetch(`http://127.0.0.1:${port}/`)).text(), /^cart-.* says hello$/m);
      }
    } finally {
      forward.kill();
      await once(forward, 'exit');
    }
  });
}

test('get -w prints each change with its own age', options, async () => {
  const watching = spawn('kubectl', ['-n', 'shop', 'get', 'pods', '-w', '--no-headers'], {
    env: kubectl.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const lines: string[] = [];
    for await (const line of createInterface(watching.stdout)) {
      lines.push(line);
      if (lines.length === 1) await kubectl.ok('scale deploy/cart --replicas=2');
      if (/2\/2 +Running/.test(line) && lines.length > 1) break;
    }
    assert.equal(lines.filter((line) => line.includes('<invalid>')).length, 0, lines.join('\n'));
  } finally {
    watching.kill();
  }
});

test('scale, set image, undo, restart', options, async () => {
  await kubectl.ok('rollout status deploy/cart --timeout=20s');
  for (const change of [
    'set image deploy/cart cart=cart:2',
    'rollout undo deploy/cart',
    'rollout restart deploy/cart',
  ]) {
    await kubectl.ok(change);
    assert.match(await kubectl.ok('rollout status deploy/cart --timeout=20s'), /successfully rolled out$/);
  }
  await kubectl.ok('scale deploy/cart --replicas=1');
  await eventually(async () => assert.equal((await kubectl.ok('get pods -o name')).split('\n').length, 1));
});

test('patches of each type, labels, notes, server-side apply, diff', options, async () => {
  await kubectl.ok(`patch deploy cart -p '{"metadata":{"labels":{"a":"1"}}}'`);
  await kubectl.ok(`patch deploy cart --type=merge -p '{"metadata":{"labels":{"b":"2"}}}'`);
  await kubectl.ok(`patch deploy cart --type=json -p '[{"op":"add","path":"/metadata/labels/c","value":"3"}]'`);
  await kubectl.ok('label deploy cart a-');
  assert.equal(await kubectl.ok('get deploy cart -o jsonpath={.metadata.labels}'), '{"b":"2","c":"3"}');
  assert.match(await kubectl.ok('apply --server-side --force-conflicts -f -', SHOP), /cart serverside-applied/);
  assert.equal((await kubectl.result('diff -f -', SHOP)).status, 0);
  assert.equal((await kubectl.result('diff -f -', SHOP.replace('greeting: hello', 'greeting: hi'))).status, 1);
});

test('readiness decides who gets requests; liveness starts anew', options, async () => {
  const pod = await podName();
  const ask = (path: string): Promise<unknown> =>
    kubectl.ok(`exec ${pod} -- node -e 'fetch("http://127.0.0.1:8080${path}").then(()=>0)'`);
  const addresses = (): Promise<string> => kubectl.ok('get endpoints cart -o jsonpath={.subsets[*].addresses[*].ip}');
  assert.notEqual(await addresses(), '');
  await ask('/unready');
  await eventually(async () => assert.equal(await addresses(), ''));
  await ask('/unwell');
  await eventually(async () => {
    assert.match(await kubectl.ok(`get pod ${pod} --no-headers`), /2\/2 +Running +1 /);
    assert.notEqual(await addresses(), '');
  });
  assert.match(
    await kubectl.ok(`describe pod ${pod}`),
    /Liveness probe failed: HTTP probe failed with statuscode: 500/,
  );
  assert.equal(await kubectl.ok(`logs ${pod} --previous`), 'listening');
});

test('an image that is not there, a command that fails, a pod by run', options, async () => {
  await kubectl.ok('create deployment nowhere --image=nowhere:9');
  await kubectl.ok(`create deployment crash --image=cart:1 -- sh -c 'echo failing; exit 3'`);
  assert.equal(await kubectl.ok('run -i --rm once --image=cart:1 --restart=Never -q -- echo done'), 'done');
  await eventually(async () => {
    const pods = await kubectl.ok('get pods');
    assert.match(pods, /nowhere-\S+ +1\/2 +(ErrImagePull|ImagePullBackOff)/);
    assert.match(pods, /crash-\S+ +1\/2 +CrashLoopBackOff/);
  });
  assert.match(await kubectl.ok('describe pod -l app=nowhere'), /build it with: trysail image build -t nowhere:9 DIR/);
  assert.equal(await kubectl.ok('logs -l app=crash'), 'failing');
  await kubectl.ok('delete deploy nowhere crash');
});

const DATABASE = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, labels: {part: data}}
spec:
  serviceName: db
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}, annotations: {sidecar.istio.io/inject: "false"}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: db
        image: cart:1
        command: [sh, -c, 'echo $HOSTNAME >> /data/starts; cat /data/starts; exec sleep 1000']
        volumeMounts: [{name: data, mountPath: /data}]
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: db, labels: {part: data}}
spec: {minAvailable: 2, selector: {matchLabels: {app: db}}}
`;

test('claims keep what pods wrote, and go when they are deleted', options, async () => {
  await kubectl.ok('apply -f -', DATABASE);
  await kubectl.ok('rollout status sts/db --timeout=30s');
  assert.equal(await kubectl.ok('get pvc -o jsonpath={.items[*].status.phase}'), 'Bound Bound');
  assert.equal(await kubectl.ok('logs db-1'), 'db-1');
  await kubectl.ok('delete pod db-1');
  await eventually(async () => assert.equal(await kubectl.ok('logs db-1'), 'db-1\ndb-1'));
  assert.match(await kubectl.ok('describe pvc data-db-1'), /Used By: +db-1/);
});

test('a budget keeps drain from taking too many', options, async () => {
  await kubectl.ok('rollout status sts/db --timeout=30s');
  const drained = await kubectl.fails('drain node-0 --ignore-daemonsets --pod-selector=app=db --timeout=2s');
  assert.match(drained, /Cannot evict pod as it would violate the pod's disruption budget/);
  await kubectl.ok('uncordon node-0');
  await kubectl.ok('delete pdb,sts -l part=data');
  await kubectl.ok('delete pvc --all');
  await eventually(async () => assert.equal(await kubectl.ok('get pv -o name'), ''));
});

test('a CronJob starts jobs, by hand too', options, async () => {
  await kubectl.ok(`create cronjob tick --image=cart:1 --schedule='0 0 1 1 *' -- echo tock`);
  await kubectl.ok('create job now --from=cronjob/tick');
  await kubectl.ok('wait --for=condition=complete job/now --timeout=20s');
  assert.match(await kubectl.ok('logs job/now -c tick'), /tock/);
  assert.match(await kubectl.ok('get cronjob tick'), /tick +0 0 1 1 \* +<none> +False/);
  await kubectl.ok('delete cronjob tick');
});

test('apply --prune takes away what is no longer in the manifest', options, async () => {
  const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {set: s}}\n---\n`;
  await kubectl.ok('apply -f -', map('one') + map('two'));
  assert.match(await kubectl.ok('apply --prune -l set=s -f -', map('one')), /configmap\/two pruned/);
  assert.equal(await kubectl.ok('get cm -l set=s -o name'), 'configmap/one');
});

test('a namespace goes with all that is in it', options, async () => {
  assert.match(await kubectl.ok('delete namespace shop'), /namespace "shop" deleted/);
  assert.equal(await kubectl.ok('get pods -o name'), '');
});
