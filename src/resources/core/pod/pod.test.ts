import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerStatus, PodSpec, PodStatus } from 'kubernetes-types/core/v1.js';
import type { PodObject } from '../../types.js';
import { POD } from './index.js';
import { qosClass } from './qos.js';
import { summarizePod } from './status-summary.js';

const NOW = Date.UTC(2026, 0, 1, 0, 1);

function pod(
  spec: Partial<PodSpec> = {},
  status: PodStatus = {},
  metadata: Partial<PodObject['metadata']> = {},
): PodObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'front', namespace: 'shop', ...metadata },
    spec: { containers: [{ name: 'front', image: 'front' }], ...spec },
    status,
  };
}

function container(overrides: Partial<ContainerStatus>): ContainerStatus {
  return { name: 'front', image: 'front', imageID: '', ready: false, restartCount: 0, ...overrides };
}

function shown(status: PodStatus, spec: Partial<PodSpec> = {}, metadata: Partial<PodObject['metadata']> = {}): string {
  const summary = summarizePod(pod(spec, status, metadata), NOW);
  return `${summary.ready} ${summary.status} ${summary.restarts}`;
}

test('STATUS and RESTARTS are what kubectl shows', () => {
  const running = { running: { startedAt: '2026-01-01T00:00:00Z' } };
  assert.equal(shown({ phase: 'Pending' }), '0/1 Pending 0');
  assert.equal(
    shown({
      phase: 'Pending',
      containerStatuses: [container({ state: { waiting: { reason: 'ContainerCreating' } } })],
    }),
    '0/1 ContainerCreating 0',
  );
  assert.equal(
    shown({ phase: 'Running', containerStatuses: [container({ ready: true, state: running })] }),
    '1/1 Running 0',
  );
  const crashed = container({
    restartCount: 3,
    state: { waiting: { reason: 'CrashLoopBackOff' } },
    lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:30Z' } },
  });
  assert.equal(shown({ phase: 'Running', containerStatuses: [crashed] }), '0/1 CrashLoopBackOff 3 (30s ago)');
  const ended = (exitCode: number, reason?: string) =>
    container({ state: { terminated: { exitCode, ...(reason && { reason }) } } });
  assert.equal(shown({ phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] }), '0/1 Completed 0');
  assert.equal(shown({ phase: 'Failed', containerStatuses: [ended(1, 'Error')] }), '0/1 Error 0');
  assert.equal(shown({ phase: 'Failed', containerStatuses: [ended(3)] }), '0/1 ExitCode:3 0');
  assert.equal(
    shown(
      { phase: 'Running', containerStatuses: [container({ ready: true, state: running })] },
      {},
      { deletionTimestamp: 'x' },
    ),
    '1/1 Terminating 0',
  );
  assert.equal(shown({ phase: 'Failed', reason: 'Evicted' }), '0/1 Evicted 0');
});

test('STATUS counts init containers until all are through', () => {
  const spec = { initContainers: [{ name: 'one' }, { name: 'two' }] };
  const done = container({ name: 'one', state: { terminated: { exitCode: 0 } } });
  const waiting = container({ name: 'two', state: { waiting: { reason: 'PodInitializing' } } });
  const failed = container({ name: 'two', state: { terminated: { exitCode: 2, reason: 'Error' } } });
  const front = container({ state: { waiting: { reason: 'PodInitializing' } } });
  const status = (...initContainerStatuses: ContainerStatus[]): PodStatus => ({
    phase: 'Pending',
    initContainerStatuses,
    containerStatuses: [front],
  });
  assert.equal(shown(status(waiting, waiting), spec), '0/1 Init:0/2 0');
  assert.equal(shown(status(done, waiting), spec), '0/1 Init:1/2 0');
  assert.equal(shown(status(done, failed), spec), '0/1 Init:Error 0');
  assert.equal(shown(status(done, { ...done, name: 'two' }), spec), '0/1 PodInitializing 0');
});

test('init containers that restart always count among the ready', () => {
  const spec = { initContainers: [{ name: 'side', restartPolicy: 'Always' }] };
  const side = container({ name: 'side', ready: true, started: true, state: { running: {} } });
  const front = container({ ready: true, state: { running: {} } });
  assert.equal(
    shown({ phase: 'Running', initContainerStatuses: [side], containerStatuses: [front] }, spec),
    '2/2 Running 0',
  );
});

test('defaults are those of Kubernetes', () => {
  const object = pod({
    containers: [
      {
        name: 'a',
        image: 'registry:5000/front',
        ports: [{ containerPort: 80 }],
        readinessProbe: { httpGet: { port: 80 } },
      },
      { name: 'b', image: 'front:v1' },
      { name: 'c', image: 'front@sha256:00', resources: { limits: { cpu: '1' } } },
    ],
    volumes: [{ name: 'scratch' }, { name: 'settings', configMap: { name: 'settings' } }],
  });
  POD.defaults?.(object);
  const { spec } = object;
  const [a, b, c] = spec.containers;
  assert.deepEqual(
    [a?.imagePullPolicy, b?.imagePullPolicy, c?.imagePullPolicy],
    ['Always', 'IfNotPresent', 'IfNotPresent'],
  );
  assert.equal(a?.ports?.[0]?.protocol, 'TCP');
  assert.deepEqual(a?.readinessProbe, {
    httpGet: { path: '/', port: 80, scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  assert.deepEqual(c?.resources?.requests, { cpu: '1' });
  assert.deepEqual(spec.volumes?.[0], { name: 'scratch', emptyDir: {} });
  assert.equal(spec.volumes?.[1]?.configMap?.defaultMode, 0o644);
  assert.deepEqual(
    [spec.restartPolicy, spec.dnsPolicy, spec.terminationGracePeriodSeconds, spec.serviceAccountName],
    ['Always', 'ClusterFirst', 30, 'default'],
  );
  const again = structuredClone(object);
  POD.defaults?.(again);
  assert.deepEqual(again, object);
});

test('each mistake is told with its field', () => {
  const object = pod({
    containers: [
      {
        name: 'Front',
        image: 'a',
        ports: [{ containerPort: 0 }, { name: 'web', containerPort: 80 }, { name: 'web', containerPort: 81 }],
      },
      { name: 'b', env: [{ name: '' }], volumeMounts: [{ name: 'none', mountPath: '/x' }] },
      { name: 'b', image: 'b', livenessProbe: {}, resources: { limits: { cpu: 'much' } } },
    ],
  });
  POD.defaults?.(object);
  const errors = (POD.validate?.(object) ?? []).map(({ field, message }) => `${field}: ${message.split(' (e.g.')[0]}`);
  assert.deepEqual(errors, [
    `spec.containers[0].name: Invalid value: "Front": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character`,
    'spec.containers[0].ports[0].containerPort: Invalid value: 0: must be between 1 and 65535, inclusive',
    'spec.containers[0].ports[2].name: Duplicate value: "web"',
    'spec.containers[1].image: Required value',
    'spec.containers[1].env[0].name: Required value',
    'spec.containers[1].volumeMounts[0].name: Not found: "none"',
    'spec.containers[2].name: Duplicate value: "b"',
    'spec.containers[2].livenessProbe: Required value: must specify a handler type',
    'spec.containers[2].resources.requests[cpu]: Invalid value: "much": quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
    'spec.containers[2].resources.limits[cpu]: Invalid value: "much": quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
  ]);
});

test('of a pod only images may change, and its node is named once', () => {
  const old = pod();
  const changed = (change: (spec: PodSpec) => unknown): number => {
    const object = structuredClone(old);
    change(object.spec);
    return POD.validateUpdate?.(object, old).length ?? 0;
  };
  assert.equal(
    changed((spec) => Object.assign(spec.containers[0]!, { image: 'front:v2' })),
    0,
  );
  assert.equal(
    changed((spec) => Object.assign(spec, { nodeName: 'node-1' })),
    0,
  );
  assert.equal(
    changed((spec) => Object.assign(spec, { hostNetwork: true })),
    1,
  );
  old.spec.nodeName = 'node-1';
  assert.equal(
    changed((spec) => Object.assign(spec, { nodeName: 'node-2' })),
    1,
  );
});

test('the quality of service follows requests and limits', () => {
  const spec = (resources: object): PodSpec => ({ containers: [{ name: 'a', resources }] });
  assert.equal(qosClass(spec({})), 'BestEffort');
  assert.equal(qosClass(spec({ requests: { cpu: '100m' } })), 'Burstable');
  assert.equal(
    qosClass(spec({ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } })),
    'Guaranteed',
  );
});
