import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SeededRandom } from '../../src/base/random.js';
import { RemoteClient } from '../../src/client/remote-client.js';
import { eventually } from '../support/kubectl.js';
import { leftOf, Mesh } from '../support/mesh.js';
import { Ledger } from './crash/ledger.js';
import { buildCart } from './shop.js';

const ROUNDS = Number(process.env['TRYSAIL_CRASH_ROUNDS'] ?? 10);
const SEED = Number(process.env['TRYSAIL_CRASH_SEED'] ?? Date.now() % 1_000_000);
const WRITERS = 8;
/** A process dies so long after the writes began. */
const MOMENT_MS_MAX = 400;
const PODS = 2;
const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' };

type Victim = 'control' | 'node' | 'proxy' | 'control and node' | 'everything';

/** The control plane most often: it has what may be lost. */
const VICTIMS: readonly Victim[] = ['control', 'control', 'node', 'control', 'proxy', 'control and node', 'everything'];

for (const driver of ['netns', 'process'] as const) {
  test(`${driver}: ${ROUNDS} times kill -9 under a load of writes: what was acknowledged is there, and nothing is left in the end`, {
    timeout: 60_000 + ROUNDS * 20_000,
  }, async (t) => {
    t.diagnostic(`seed ${SEED}`);
    const random = new SeededRandom(SEED);
    const mesh = await Mesh.start({ driver, as: 'self' });
    const ledger = new Ledger(random, WRITERS);
    const namespaces = new Set<string>();
    try {
      await runPods(mesh);
      for (let round = 1; round <= ROUNDS; round++) {
        for (const namespace of namespacesOf(mesh.folder)) namespaces.add(namespace);
        const victim = VICTIMS[random.below(VICTIMS.length)]!;
        await oneRound(mesh, driver, ledger, victim, random.below(MOMENT_MS_MAX));
        const problems = await ledger.problems(connect(mesh));
        assert.deepEqual(problems, [], `round ${round}, ${victim} killed, seed ${SEED}`);
      }
      await eventually(() => podsReady(mesh), 30_000);
      t.diagnostic(`${ledger.acknowledged} writes were acknowledged`);
    } finally {
      await mesh.stop();
    }
    const inUse = new Set(allPids().map(namespaceOf));
    assert.deepEqual(
      [...namespaces].filter((namespace) => inUse.has(namespace)),
      [],
      'network namespaces left behind',
    );
  });
}

for (const driver of ['netns', 'process'] as const) {
  test(`${driver}: down after kill -9 of all processes but the pods' leaves neither those nor their volumes`, {
    timeout: 120_000,
  }, async () => {
    const mesh = await Mesh.start({ driver, as: 'self' });
    let left: string[] = [];
    try {
      await runPods(mesh);
      const instance = readInstance(mesh);
      // With the process driver's watcher, which would do it otherwise.
      const victims = [instance.control.pid, ...childrenOf(instance.node.pid), instance.node.pid];
      for (const pid of victims) kill(pid);
      const down = await mesh.trysail(['down']);
      assert.equal(down.status, 0, down.stderr);
      const files = readdirSync(join(mesh.folder, 'state'), { recursive: true, encoding: 'utf8' });
      left = files.filter((file) => /\/(pods|sandboxes|run)(\/|$)|\.sock$/.test(file));
    } finally {
      await mesh.stop();
    }
    assert.deepEqual(left, [], 'files left behind by trysail down');
  });
}

async function oneRound(mesh: Mesh, driver: string, ledger: Ledger, victim: Victim, moment_ms: number): Promise<void> {
  const client = connect(mesh);
  const writing = ledger.write(client);
  await new Promise((resolve) => setTimeout(resolve, moment_ms));
  for (const pid of pidsOf(mesh, victim)) kill(pid);
  if (victim.startsWith('control') || victim === 'everything') {
    await writing.ended;
    const up = await mesh.trysail(['up', '-d', '--driver', driver, '--ingress-port', '0', '--api-port', '0']);
    assert.equal(up.status, 0, `${up.stderr}\n${mesh.logs()}`);
  } else {
    // Whatever else dies, writes go on.
    const before = ledger.acknowledged;
    await eventually(async () => assert.ok(ledger.acknowledged > before + WRITERS));
    writing.stop();
    await writing.ended;
  }
  client.close();
}

/** One that was killed in the round before may not have come back yet. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as { code?: string }).code !== 'ESRCH') throw error;
  }
}

function connect(mesh: Mesh): RemoteClient {
  return RemoteClient.fromKubeconfig(readFileSync(mesh.status.kubeconfig, 'utf8'));
}

function pidsOf(mesh: Mesh, victim: Victim): number[] {
  const { control, node } = readInstance(mesh);
  if (victim === 'control') return [control.pid];
  if (victim === 'node') return [node.pid];
  if (victim === 'control and node') return [control.pid, node.pid];
  const proxies = leftOf(mesh.folder).filter((line) => line.includes('proxy.js'));
  const proxy = proxies.map((line) => Number.parseInt(line, 10));
  return victim === 'everything' ? [control.pid, node.pid, ...proxy] : proxy;
}

function readInstance(mesh: Mesh): Record<'control' | 'node', { pid: number }> {
  const file = join(mesh.folder, 'state', 'trysail', 'default', 'instance.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Record<'control' | 'node', { pid: number }>;
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** So that there is something that could be left behind. */
async function runPods(mesh: Mesh): Promise<void> {
  await buildCart(mesh);
  const labels = { app: 'sleeper' };
  const container = {
    name: 'main',
    image: 'cart:1',
    command: ['/bin/sh', '-c', 'setsid sleep 1000 & exec sleep 1000'],
    volumeMounts: [{ name: 'token', mountPath: '/etc/token' }],
  };
  const template = {
    metadata: { labels },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [container],
      volumes: [{ name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }],
    },
  };
  const client = connect(mesh);
  await client.create(DEPLOYMENTS, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'sleepers', namespace: 'default' },
    spec: { replicas: PODS, selector: { matchLabels: labels }, template },
  });
  client.close();
  await eventually(() => podsReady(mesh));
}

async function podsReady(mesh: Mesh): Promise<void> {
  const client = connect(mesh);
  try {
    const { status } = (await client.get(DEPLOYMENTS, 'sleepers', 'default')) as {
      status?: { readyReplicas?: number };
    };
    assert.equal(status?.readyReplicas, PODS);
  } finally {
    client.close();
  }
}

/** Network namespaces of a mesh's processes, without our own. */
function namespacesOf(folder: string): string[] {
  const own = namespaceOf(String(process.pid));
  const found = leftOf(folder).map((line) => namespaceOf(String(Number.parseInt(line, 10))));
  return found.filter((namespace) => namespace !== '' && namespace !== own);
}

function allPids(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function namespaceOf(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return '';
  }
}
