import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import type { NodeObject, PodObject } from '../../../resources/types.js';
import { chooseNode } from './choose-node.js';
import { requestsOf } from './requests.js';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';

function node(name: string, zone: string, allocatable: Record<string, string> = {}): NodeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { [HOST]: name, [ZONE]: zone } },
    spec: {},
    status: {
      allocatable: { cpu: '2', memory: '1Gi', pods: '3', ...allocatable },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  };
}

function pod(app: string, spec: Partial<PodSpec> = {}): PodObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: app, namespace: 'shop', labels: { app } },
    spec: { containers: [{ name: 'a', image: 'a' }], ...spec },
  };
}

const wants = (requests: Record<string, string>): Partial<PodSpec> => ({
  containers: [{ name: 'a', image: 'a', resources: { requests } }],
});

const NAMESPACES: Readonly<Record<string, Record<string, string>>> = { shop: { team: 'a' }, other: { team: 'b' } };
const NODES = [node('n1', 'east'), node('n2', 'east'), node('n3', 'west')];

function choose(one: PodObject, placed: Record<string, PodObject[]> = {}, nodes = NODES): string {
  const namespaceLabels = (name: string) => NAMESPACES[name];
  const choice = chooseNode(one, { nodes, podsByNode: new Map(Object.entries(placed)), namespaceLabels });
  return 'node' in choice ? choice.node.metadata.name : choice.obstacles;
}

const anti = (app: string, topologyKey: string): Partial<PodSpec> => ({
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { app } } }],
    },
  },
});

const near = (app: string, topologyKey: string): Partial<PodSpec> => ({
  affinity: {
    podAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels: { app } } }],
    },
  },
});

test('requests must fit beside those of the pods that are there', () => {
  const big = pod('big', wants({ cpu: '1500m' }));
  assert.equal(choose(big, { n1: [big], n2: [big] }), 'n3');
  assert.equal(
    choose(pod('small', wants({ cpu: '500m' })), { n1: [big], n2: [big, pod('x')], n3: [pod('x'), pod('x')] }),
    'n1',
  );
  assert.equal(
    choose(big, { n1: [big], n2: [big], n3: [pod('x'), pod('x'), pod('x')] }),
    '0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu. ' +
      'preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
  );
  assert.match(choose(pod('gpu', wants({ 'nvidia.com/gpu': '1' }))), /3 Insufficient nvidia.com\/gpu/);
});

test('a pod needs what its containers need together, or what an init container needs beside earlier sidecars', () => {
  const container = (cpu: string, more = {}) => ({ name: 'a', image: 'a', resources: { requests: { cpu } }, ...more });
  const both = pod('a', {
    initContainers: [container('100m', { restartPolicy: 'Always' }), container('900m')],
    containers: [container('300m'), { name: 'b', image: 'b', resources: { limits: { cpu: '200m' } } }],
  });
  assert.deepEqual(requestsOf(both), { cpu: 1 });
});

test('pods keep away from others, in both directions', () => {
  const lonely = pod('lonely', anti('web', HOST));
  assert.equal(choose(lonely, { n1: [pod('web')], n2: [pod('web')] }), 'n3');
  assert.equal(choose(pod('web'), { n1: [lonely], n2: [pod('x')], n3: [pod('x'), pod('y')] }), 'n2');
  const zonal = pod('web', anti('web', ZONE));
  assert.equal(choose(zonal, { n1: [zonal] }), 'n3');
  assert.equal(
    choose(zonal, { n1: [zonal], n3: [zonal] }),
    "0/3 nodes are available: 3 node(s) didn't match pod anti-affinity rules. " +
      'preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.',
  );
});

test('pods go where others are; the first of its kind may go anywhere', () => {
  assert.equal(choose(pod('web', near('db', ZONE)), { n3: [pod('db')] }), 'n3');
  assert.match(choose(pod('web', near('db', ZONE))), /3 node\(s\) didn't match pod affinity rules/);
  assert.equal(choose(pod('db', near('db', ZONE))), 'n1');
});

test('pods spread evenly over zones', () => {
  const spread = (whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway') =>
    pod('web', {
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable, labelSelector: { matchLabels: { app: 'web' } } },
      ],
    });
  assert.equal(choose(spread('DoNotSchedule'), { n1: [pod('web')], n3: [pod('x'), pod('x')] }), 'n3');
  assert.match(
    choose(spread('DoNotSchedule'), { n1: [pod('web')], n3: [pod('x'), pod('x'), pod('x')] }),
    /2 node\(s\) didn't match pod topology spread constraints/,
  );
  assert.equal(choose(spread('ScheduleAnyway'), { n1: [pod('web')], n3: [pod('x'), pod('x')] }), 'n3');
  assert.equal(choose(spread('ScheduleAnyway'), { n1: [pod('web')], n3: [pod('x'), pod('x'), pod('x')] }), 'n2');
});

test('affinity means pods of other namespaces by name, by label, or all; and by labels that both have', () => {
  const other = pod('db', {});
  other.metadata.namespace = 'other';
  other.metadata.labels = { app: 'db', version: 'v1' };
  const term = (more: object): Partial<PodSpec> => ({
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: ZONE, labelSelector: { matchLabels: { app: 'db' } }, ...more },
        ],
      },
    },
  });
  const goesTo = (more: object, labels = {}) => {
    const one = pod('web', term(more));
    one.metadata.labels = { app: 'web', ...labels };
    return choose(one, { n1: [other], n3: [pod('x'), pod('x')] });
  };
  assert.equal(goesTo({}), 'n2');
  assert.equal(goesTo({ namespaces: ['other'] }), 'n3');
  assert.equal(goesTo({ namespaceSelector: { matchLabels: { team: 'b' } } }), 'n3');
  assert.equal(goesTo({ namespaceSelector: { matchLabels: { team: 'a' } } }), 'n2');
  assert.equal(goesTo({ namespaceSelector: {} }), 'n3');
  const same = { namespaceSelector: {}, matchLabelKeys: ['version'] };
  assert.deepEqual([goesTo(same, { version: 'v1' }), goesTo(same, { version: 'v2' })], ['n3', 'n2']);
  const unlike = { namespaceSelector: {}, mismatchLabelKeys: ['version'] };
  assert.deepEqual([goesTo(unlike, { version: 'v1' }), goesTo(unlike, { version: 'v2' })], ['n2', 'n3']);
});

test('spread: domains that must be there, nodes that count, and pods of the same revision', () => {
  const spread = (more: object) =>
    pod('web', {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: ZONE,
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
          ...more,
        },
      ],
    });
  assert.match(
    choose(spread({ minDomains: 3 }), { n1: [pod('web')], n3: [pod('web')] }),
    /3 node\(s\) didn't match pod top/,
  );
  const tainted: NodeObject = { ...NODES[2]!, spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } };
  const nodes = [NODES[0]!, NODES[1]!, tainted];
  const reason = choose(spread({}), { n1: [pod('web')] }, nodes);
  assert.match(
    reason,
    /^0\/3 .* 1 node\(s\) had untolerated taint {gpu: }, 2 node\(s\) didn't match pod topology spread/,
  );
  assert.equal(choose(spread({ nodeTaintsPolicy: 'Honor' }), { n1: [pod('web')] }, nodes), 'n2');
  const unlabelled = [{ ...NODES[0]!, metadata: { name: 'n1', labels: {} } }];
  assert.match(
    choose(spread({}), {}, unlabelled),
    /constraints \(missing required label\)\. preemption: .* not helpful/,
  );
  const old = pod('web');
  old.metadata.labels = { app: 'web', hash: '1' };
  const fresh = spread({ matchLabelKeys: ['hash'] });
  fresh.metadata.labels = { app: 'web', hash: '2' };
  assert.equal(choose(fresh, { n1: [old], n2: [pod('x')], n3: [pod('x'), pod('x')] }), 'n1');
});

test('several shortages of a node are all told; what no pod could leave to another is not for preemption', () => {
  assert.equal(
    choose(pod('huge', wants({ cpu: '50', memory: '1Ti' })), {}, [NODES[0]!]),
    '0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory. ' +
      'preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.',
  );
});

test('a taint that only asks to keep away is avoided while there is another node', () => {
  const mild: NodeObject = { ...NODES[0]!, spec: { taints: [{ key: 'old', effect: 'PreferNoSchedule' }] } };
  assert.equal(choose(pod('web'), { n2: [pod('x')] }, [mild, NODES[1]!]), 'n2');
  const tolerations = [{ key: 'old', operator: 'Exists' }];
  assert.equal(choose(pod('web', { tolerations }), { n2: [pod('x')] }, [mild, NODES[1]!]), 'n1');
});

test('of the nodes that will do, the one that is preferred', () => {
  const preference = { matchExpressions: [{ key: HOST, operator: 'In', values: ['n2'] }] };
  const liking = { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 5, preference }] } };
  assert.equal(choose(pod('web', { affinity: liking }), { n2: [pod('x')] }), 'n2');
});
