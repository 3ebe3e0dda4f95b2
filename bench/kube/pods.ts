import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RemoteClient } from '../../src/client/remote-client.js';
import type { KubeObject } from '../../src/resources/object.js';
import type { Mesh } from '../../test/support/mesh.js';
import { median } from '../statistics.js';

const DEPLOYMENTS = { group: 'apps', version: 'v1', resource: 'deployments' };
const PODS = { group: '', version: 'v1', resource: 'pods' };
/** The first is the warm-up. */
const ROLLOUTS = 6;
const SLEEPERS = 100;
const POLL_MS = 5;
const WITHIN_MS = 120_000;

const SERVER = "require('node:http').createServer((q, r) => r.end('ok')).listen(8080);\n";

/** An image with a tiny Node server, and one with a shell. */
export async function buildImages(mesh: Mesh): Promise<void> {
  const folder = join(mesh.folder, 'images');
  mkdirSync(folder);
  writeFileSync(join(folder, 'server.js'), SERVER);
  writeFileSync(join(folder, 'Dockerfile'), 'FROM node:20-alpine\nCOPY server.js /\nCMD ["node", "/server.js"]\n');
  const built = await mesh.trysail(['image', 'build', '-t', 'tiny:1', folder]);
  if (built.status !== 0) throw new Error(`trysail image build failed: ${built.stderr}`);
}

/** Milliseconds from sending a Deployment of a tiny Node server until it says that its pod is ready, warm: the median. */
export async function applyToReady(client: RemoteClient): Promise<number> {
  const times_ms: number[] = [];
  for (let i = 0; i < ROLLOUTS; i++) {
    const name = `tiny-${i}`;
    const probe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 1 };
    const started = performance.now();
    await client.create(DEPLOYMENTS, deployment(name, 1, { image: 'tiny:1', readinessProbe: probe }));
    await until(async () => ready(await client.get(DEPLOYMENTS, name, 'default')) === 1);
    times_ms.push(performance.now() - started);
    await remove(client, name);
  }
  return median(times_ms.slice(1));
}

/** Milliseconds from sending a Deployment of a hundred pods that sleep until all of them run. */
export async function hundredRunning(client: RemoteClient): Promise<number> {
  const started = performance.now();
  const sleep = { image: 'tiny:1', command: ['/bin/sh', '-c', 'exec sleep 1000'] };
  await client.create(DEPLOYMENTS, deployment('sleepers', SLEEPERS, sleep));
  await until(async () => ready(await client.get(DEPLOYMENTS, 'sleepers', 'default')) === SLEEPERS);
  const took_ms = performance.now() - started;
  await remove(client, 'sleepers');
  return took_ms;
}

function deployment(name: string, replicas: number, container: Readonly<Record<string, unknown>>): KubeObject {
  const labels = { app: name };
  const spec = { terminationGracePeriodSeconds: 0, containers: [{ name: 'main', ...container }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

function ready({ status }: KubeObject): number {
  return (status as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0;
}

async function remove(client: RemoteClient, name: string): Promise<void> {
  await client.delete(DEPLOYMENTS, name, 'default');
  await until(async () => (await client.list(PODS, 'default', { labelSelector: `app=${name}` })).items.length === 0);
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + WITHIN_MS;
  while (!(await check())) {
    if (performance.now() > deadline) throw new Error(`not within ${WITHIN_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
