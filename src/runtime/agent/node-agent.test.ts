import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_MAPS, LEASES, NODES, PODS } from '../../resources/gvr.js';
import { initContainer, sidecarContainer } from '../../resources/injection/sidecar.js';
import type { ConfigMapObject, LeaseObject, NodeObject, PodObject } from '../../resources/types.js';
import { TestNode } from './testing/test-node.js';

const INJECTED = {
  initContainers: [initContainer()],
  containers: [{ name: 'app', image: 'app:v1' }, sidecarContainer()],
};

function condition(pod: PodObject, type: string): string | undefined {
  return pod.status?.conditions?.find((each) => each.type === type)?.status;
}

function status(pod: PodObject, container = 'app') {
  const found = pod.status?.containerStatuses?.find(({ name }) => name === container);
  assert.ok(found, `${container} has a status`);
  return found;
}

test('the node registers itself and renews its lease', async (t) => {
  const node = await TestNode.start(t);
  const object = await node.api.get<NodeObject>(NODES, 'node-1');
  assert.equal(object.metadata.labels?.['kubernetes.io/hostname'], 'node-1');
  assert.equal(object.status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True');
  const first = await node.api.get<LeaseObject>(LEASES, 'node-1', 'kube-node-lease');
  await node.pass(10_000);
  const second = await node.api.get<LeaseObject>(LEASES, 'node-1', 'kube-node-lease');
  assert.notEqual(second.spec?.renewTime, first.spec?.renewTime);
});

test('a pod without a sidecar runs: status, address, environment, events', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod({
    containers: [
      {
        name: 'app',
        image: 'app:v1',
        args: ['--name=$(NAME)', '$$(NAME)'],
        env: [
          { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'BOTH', value: '$(NAME)-$(UNKNOWN)' },
          { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
        ],
      },
    ],
  });
  const pod = await node.pod();
  assert.equal(pod.status?.phase, 'Running');
  assert.equal(pod.status?.podIP, '10.244.0.2');
  for (const type of ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'])
    assert.equal(condition(pod, type), 'True');
  const { ready, started, restartCount, containerID, imageID } = status(pod);
  assert.deepEqual([ready, started, restartCount], [true, true, 0]);
  assert.match(containerID!, /^trysail:\/\/[0-9a-f]{64}$/);
  assert.equal(imageID, 'docker.io/library/app@sha256:2');
  const { spec } = node.driver.process('app');
  assert.deepEqual(spec.argv, ['node', '--name=web', '$(NAME)']);
  assert.deepEqual(
    [spec.env['BOTH'], spec.env['IP'], spec.env['HOSTNAME'], spec.env['FROM_IMAGE']],
    ['web-$(UNKNOWN)', '10.244.0.2', 'web', '1'],
  );
  assert.deepEqual(await node.events(), [
    'Pulled: Container image "app:v1" already present on machine',
    'Created: Created container: app',
    'Started: Started container app',
  ]);
});

test('the sidecar comes first, and the program only when it serves', async (t) => {
  const node = await TestNode.start(t);
  node.proxyHost.ready = false;
  const { metadata } = await node.createPod({ ...INJECTED, labels: { app: 'web' } });
  let pod = await node.pod();
  assert.equal(pod.status?.podIP, '10.244.0.2', 'the compiler needs the address before the proxy can be ready');
  assert.equal(pod.status?.phase, 'Pending');
  assert.deepEqual(node.driver.started, []);
  assert.equal(pod.status?.initContainerStatuses?.[0]?.state?.terminated?.reason, 'Completed');
  const [spec] = node.proxyHost.added;
  assert.equal(spec?.id, metadata.uid);
  assert.equal(spec?.node.id, 'sidecar~10.244.0.2~web.default~default.svc.cluster.local');
  assert.equal(spec?.node.metadata['INTERCEPTION_MODE'], 'NONE');
  assert.equal(node.driver.sandboxes[0]?.spec.captured, true);
  node.proxyHost.serve();
  pod = await node.pod();
  assert.equal(pod.status?.phase, 'Running');
  assert.deepEqual(
    pod.status?.containerStatuses?.map(({ ready }) => ready),
    [true, true],
  );
});

test('a lost proxy process is given its proxies again, and the pod is not ready meanwhile', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod(INJECTED);
  node.proxyHost.ready = false;
  node.proxyHost.lose();
  let pod = await node.pod();
  assert.equal(condition(pod, 'Ready'), 'False');
  assert.equal(status(pod, 'istio-proxy').restartCount, 1);
  assert.equal(node.proxyHost.added.length, 2);
  node.proxyHost.serve();
  pod = await node.pod();
  assert.equal(condition(pod, 'Ready'), 'True');
  assert.equal(status(pod).restartCount, 0, 'the program runs on');
});

test('init containers run one after the other before the program', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod({
    initContainers: [
      { name: 'one', image: 'i' },
      { name: 'two', image: 'i' },
    ],
  });
  assert.deepEqual(node.driver.started, ['one']);
  assert.equal((await node.pod()).status?.containerStatuses?.[0]?.state?.waiting?.reason, 'PodInitializing');
  node.driver.process('one').exit(0);
  await node.settle();
  assert.deepEqual(node.driver.started, ['one', 'two']);
  node.driver.process('two').exit(0);
  const pod = await node.pod();
  assert.deepEqual(node.driver.started, ['one', 'two', 'app']);
  assert.equal(condition(pod, 'Initialized'), 'True');
  assert.equal(pod.status?.phase, 'Running');
});

test('a crashing container backs off: at once, then 10 s, 20 s … and anew after 10 minutes', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod();
  node.driver.process('app').exit(1);
  await node.settle();
  assert.equal(node.driver.started.length, 2, 'the first restart is immediate');
  node.driver.process('app').exit(1);
  let pod = await node.pod();
  assert.equal(status(pod).state?.waiting?.reason, 'CrashLoopBackOff');
  assert.match(
    status(pod).state?.waiting?.message ?? '',
    /^back-off 10s restarting failed container=app pod=web_default\(/,
  );
  assert.equal(status(pod).lastState?.terminated?.exitCode, 1);
  assert.equal(pod.status?.phase, 'Running');
  assert.equal(condition(pod, 'Ready'), 'False');
  await node.pass(9_500);
  assert.equal(node.driver.started.length, 2);
  await node.pass(500);
  assert.equal(node.driver.started.length, 3);
  pod = await node.pod();
  assert.equal(status(pod).restartCount, 2);
  node.driver.process('app').exit(1);
  assert.match(status(await node.pod()).state?.waiting?.message ?? '', /^back-off 20s/);
  await node.pass(20_000);
  await node.pass(601_000, 50_000);
  node.driver.process('app').exit(1);
  await node.settle();
  assert.equal(node.driver.started.length, 5, 'after a long run the first restart is immediate again');
});

for (const [policy, exitCode, phase, runs] of [
  ['Never', 1, 'Failed', 1],
  ['Never', 0, 'Succeeded', 1],
  ['OnFailure', 0, 'Succeeded', 1],
  ['OnFailure', 1, 'Running', 2],
] as const) {
  test(`restart policy ${policy}, exit ${exitCode}: ${phase}; the sidecar does not keep the pod alive`, async (t) => {
    const node = await TestNode.start(t);
    await node.createPod({ ...INJECTED, restartPolicy: policy });
    node.driver.process('app').exit(exitCode);
    const pod = await node.pod();
    assert.equal(pod.status?.phase, phase);
    assert.equal(node.driver.started.length, runs);
    assert.equal(node.proxyHost.removed.length, phase === 'Running' ? 0 : 1);
  });
}

test('a missing image: ErrImagePull, then the back-off, then it runs once it is built', async (t) => {
  const node = await TestNode.start(t);
  node.images.missing.add('app:v1');
  await node.createPod();
  const waiting = status(await node.pod()).state?.waiting;
  assert.equal(waiting?.reason, 'ImagePullBackOff');
  assert.match(waiting?.message ?? '', /trysail image build -t app:v1 DIR/);
  assert.ok((await node.events()).some((event) => event.startsWith('Failed: Failed to pull image "app:v1"')));
  await node.pass(10_000);
  assert.equal(node.driver.started.length, 0);
  node.images.missing.clear();
  node.images.changed();
  assert.equal((await node.pod()).status?.phase, 'Running');
});

test('a missing ConfigMap holds the container until it is there', async (t) => {
  const node = await TestNode.start(t);
  const env = [{ name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'colors', key: 'first' } } }];
  await node.createPod({ containers: [{ name: 'app', image: 'app:v1', env }] });
  const waiting = status(await node.pod()).state?.waiting;
  assert.deepEqual(waiting, { reason: 'CreateContainerConfigError', message: 'configmap "colors" not found' });
  await node.api.create<ConfigMapObject>(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'colors', namespace: 'default' },
    data: { first: 'red' },
  });
  await node.pass(10_000);
  assert.equal(node.driver.process('app').spec.env['COLOR'], 'red');
});

test('a command that cannot be started counts as a failed run', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod({ containers: [{ name: 'app', image: 'app:v1', command: ['missing'] }] });
  const { lastState } = status(await node.pod());
  assert.equal(lastState?.terminated?.reason, 'StartError');
  assert.equal(lastState?.terminated?.exitCode, 128);
});

test('readiness follows its probe with thresholds; each failure is an event', async (t) => {
  const node = await TestNode.start(t);
  let healthy = false;
  const readinessProbe = {
    exec: { command: ['check'] },
    initialDelaySeconds: 10,
    periodSeconds: 5,
    timeoutSeconds: 1,
    failureThreshold: 2,
  };
  await node.createPod({ containers: [{ name: 'app', image: 'app:v1', readinessProbe }] });
  const [sandbox] = node.driver.sandboxes;
  sandbox!.onExec = (process) => {
    if (!healthy) process.stdout.write('not yet');
    process.exit(healthy ? 0 : 1);
  };
  await node.pass(9_500);
  assert.equal(sandbox!.execs.length, 0);
  await node.pass(500);
  assert.equal(sandbox!.execs.length, 1);
  assert.ok((await node.events()).includes('Unhealthy: Readiness probe failed: not yet'));
  healthy = true;
  await node.pass(5_000);
  assert.equal(condition(await node.pod(), 'Ready'), 'True');
  healthy = false;
  await node.pass(5_000);
  assert.equal(condition(await node.pod(), 'Ready'), 'True', 'one failure of two');
  await node.pass(5_000);
  assert.equal(condition(await node.pod(), 'Ready'), 'False');
});

test('a failing liveness probe restarts the container; one that hangs fails by its timeout', async (t) => {
  const node = await TestNode.start(t);
  const livenessProbe = { exec: { command: ['check'] }, periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 };
  await node.createPod({ containers: [{ name: 'app', image: 'app:v1', livenessProbe }] });
  node.driver.sandboxes[0]!.onExec = () => {};
  await node.pass(20_000);
  assert.deepEqual(node.driver.sandboxes[0]!.started[0]!.signals, ['SIGTERM']);
  assert.equal(status(await node.pod()).restartCount, 1);
  const events = await node.events();
  assert.ok(events.includes('Unhealthy: Liveness probe failed: command timed out: "check" timed out'));
  assert.ok(events.includes('Killing: Container app failed liveness probe, will be restarted'));
});

test('liveness and readiness wait for the startup probe', async (t) => {
  const node = await TestNode.start(t);
  let up = false;
  const probe = (name: string) => ({ exec: { command: [name] }, periodSeconds: 1 });
  const containers = [
    {
      name: 'app',
      image: 'a',
      startupProbe: { ...probe('startup'), failureThreshold: 30 },
      readinessProbe: probe('ready'),
      livenessProbe: probe('live'),
    },
  ];
  await node.createPod({ containers });
  const [sandbox] = node.driver.sandboxes;
  sandbox!.onExec = (process, [name]) => process.exit(up || name !== 'startup' ? 0 : 1);
  await node.pass(5_000);
  assert.ok(sandbox!.execs.every(([name]) => name === 'startup'));
  assert.equal(status(await node.pod()).started, false);
  up = true;
  await node.pass(2_000);
  const { started, ready } = status(await node.pod());
  assert.deepEqual([started, ready], [true, true]);
});

test('deletion: preStop, SIGTERM, SIGKILL after the grace, the sidecar last, then the object goes', async (t) => {
  const node = await TestNode.start(t);
  const lifecycle = { preStop: { exec: { command: ['bye'] } } };
  const pod = await node.createPod({
    ...INJECTED,
    containers: [{ name: 'app', image: 'a', lifecycle }, sidecarContainer()],
  });
  const process = node.driver.process('app');
  process.obeys = false;
  await node.api.delete(PODS, 'web', 'default', { gracePeriodSeconds: 30 });
  await node.settle();
  assert.deepEqual(node.driver.sandboxes[0]?.execs, [], 'other proxies first hear that this endpoint goes');
  await node.pass(500);
  assert.deepEqual(node.driver.sandboxes[0]?.execs, [['bye']]);
  assert.deepEqual(process.signals, ['SIGTERM']);
  assert.equal(node.proxyHost.removed.length, 0);
  await node.pass(30_000);
  assert.deepEqual(process.signals.slice(0, 2), ['SIGTERM', 'SIGKILL']);
  assert.deepEqual(node.proxyHost.removed, [[pod.metadata.uid, 5000]]);
  assert.equal(node.driver.sandboxes[0]?.destroyed, true);
  await assert.rejects(node.api.pod('web'), { status: 404 });
  assert.ok((await node.events()).includes('Killing: Stopping container app'));
});

test('native sidecars end after the programs, the last first, and are ready as init containers that ended are', async (t) => {
  const node = await TestNode.start(t);
  const sidecar = (name: string) => ({ name, image: 'app:v1', restartPolicy: 'Always' });
  await node.createPod({
    initContainers: [sidecar('first'), { name: 'once', image: 'app:v1' }, sidecar('second')],
    containers: [{ name: 'app', image: 'app:v1' }],
  });
  node.driver.process('once').exit(0);
  await node.settle();
  const ready = (await node.pod()).status?.initContainerStatuses?.map((each) => each.ready);
  assert.deepEqual(ready, [true, true, true]);
  const [first, second, app] = ['first', 'second', 'app'].map((name) => node.driver.process(name));
  app!.obeys = false;
  second!.obeys = false;
  await node.api.delete(PODS, 'web', 'default', { gracePeriodSeconds: 10 });
  await node.pass(5_000);
  assert.deepEqual([app!.signals, second!.signals], [['SIGTERM'], []]);
  await node.pass(6_000);
  assert.deepEqual([app!.signals, second!.signals, first!.signals], [['SIGTERM', 'SIGKILL'], ['SIGTERM'], []]);
  await node.pass(3_000);
  assert.deepEqual([second!.signals.slice(0, 2), first!.signals.slice(0, 1)], [['SIGTERM', 'SIGKILL'], ['SIGTERM']]);
});

test('a pod that is deleted before its sidecar ever served goes at once', async (t) => {
  const node = await TestNode.start(t);
  node.proxyHost.ready = false;
  await node.createPod(INJECTED);
  await node.api.delete(PODS, 'web', 'default', { gracePeriodSeconds: 30 });
  await node.settle();
  await assert.rejects(node.api.pod('web'), { status: 404 });
});

test('a forced deletion ends what the node still runs', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod();
  await node.api.delete(PODS, 'web', 'default', { gracePeriodSeconds: 0 });
  await node.settle();
  assert.equal(node.driver.sandboxes[0]?.destroyed, true);
});

test('without the API server pods run and restart; their status is told when it is back', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod();
  node.api.setAway(true);
  node.driver.process('app').exit(1);
  await node.settle();
  assert.equal(node.driver.started.length, 2);
  await node.pass(20_000);
  assert.equal(node.driver.sandboxes[0]?.destroyed, false);
  node.api.setAway(false);
  await node.pass(60_000);
  assert.equal(status(await node.pod()).restartCount, 1);
});

test('a pod that was deleted while the API server was away is ended when it is back', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod();
  node.api.setAway(true);
  node.api.setAway(false);
  node.api.beforeWrite = () => {};
  await node.api.delete(PODS, 'web', 'default', { gracePeriodSeconds: 0 });
  await node.pass(40_000);
  assert.equal(node.driver.sandboxes[0]?.destroyed, true);
});

test('a new agent starts the pods of the last one anew', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod(INJECTED);
  await node.stopAgent();
  assert.equal(node.driver.sandboxes[0]?.destroyed, true);
  await node.startAgent();
  const pod = await node.pod();
  assert.equal(pod.status?.phase, 'Running');
  assert.equal(pod.status?.podIP, '10.244.0.3');
  assert.equal(status(pod).restartCount, 1);
  assert.equal(status(pod).lastState?.terminated?.reason, 'ContainerStatusUnknown');
});

test('a sandbox that cannot be made is tried again, and an event says why', async (t) => {
  const node = await TestNode.start(t);
  node.driver.failure = new Error('no network left');
  await node.createPod();
  assert.deepEqual(await node.events(), ['FailedCreatePodSandBox: no network left']);
  node.driver.failure = undefined;
  await node.pass(1_000);
  assert.equal((await node.pod()).status?.phase, 'Running');
});

test('the gateway is a proxy alone, with ports on the host', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod({
    containers: [
      {
        ...sidecarContainer(),
        name: 'istio-proxy',
        args: ['proxy', 'router'],
        ports: [{ containerPort: 80, hostPort: 8080 }],
      },
    ],
  });
  const [spec] = node.proxyHost.added;
  assert.match(spec!.node.id, /^router~10.244.0.2~web.default~/);
  assert.deepEqual(spec!.hostPorts, { 80: { address: '127.0.0.1', port: 8080 } });
  assert.equal(node.driver.sandboxes[0]?.spec.captured, false);
  const pod = await node.pod();
  assert.equal(pod.status?.phase, 'Running');
  assert.equal(condition(pod, 'Ready'), 'True');
});

test('a new image restarts the container with it', async (t) => {
  const node = await TestNode.start(t);
  const pod = await node.createPod();
  const spec = { ...pod.spec, containers: [{ ...pod.spec.containers[0]!, image: 'app:v2' }] };
  await node.api.update(PODS, { ...(await node.pod()), spec });
  const { image, restartCount } = status(await node.pod());
  assert.deepEqual([image, restartCount], ['app:v2', 1]);
});

test('a pod that is longer on its node than its deadline fails, its programs end', async (t) => {
  const node = await TestNode.start(t);
  await node.createPod({ activeDeadlineSeconds: 5, restartPolicy: 'Always' });
  await node.pass(4_000);
  assert.equal((await node.pod()).status?.phase, 'Running');
  await node.pass(2_000);
  const { status: ended } = await node.pod();
  assert.deepEqual(
    [ended?.phase, ended?.reason, ended?.message],
    ['Failed', 'DeadlineExceeded', 'Pod was active on the node longer than the specified deadline'],
  );
  assert.deepEqual(node.driver.process('app').signals, ['SIGTERM']);
  assert.ok(status(await node.pod()).state?.terminated);
  assert.equal(node.driver.started.length, 1);
  await node.pass(60_000, 5_000);
  assert.equal(node.driver.started.length, 1, 'it does not run again');
});
