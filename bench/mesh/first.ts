import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { parse } from 'yaml';
import { RemoteClient } from '../../src/client/remote-client.js';
import type { KubeObject } from '../../src/resources/object.js';
import { ask, type Target } from '../../test/support/load.js';
import { Mesh } from '../../test/support/mesh.js';
import { repositoryRoot } from '../../test/support/repository.js';
import { median, percentile } from '../statistics.js';
import { processesOf } from './processes.js';

const STARTS = 3;
const RULE_CHANGES = 20;
const CHAIN_REQUESTS = 4_000;
const CHAIN_CONNECTIONS = 16;
const ROUTE_RULES = { group: 'config.istio.io', version: 'v1alpha2', resource: 'routerules' };

export interface MeshFigures {
  readonly driver: string;
  readonly start_to_first_answer_ms: number;
  readonly memory_pss_mb: number;
  readonly memory_by_process_mb: Readonly<Record<string, number>>;
  readonly apply_to_effect_p50_ms: number;
  readonly apply_to_effect_max_ms: number;
  readonly chain_requests_per_second: number;
  readonly chain_proxy_cpu_us: number;
  readonly chain_p50_ms: number;
}

/** The whole mesh with the tutorial: start, memory, a rule's way to its effect, and requests through the chain of services. */
export async function measureMesh(driver: 'netns' | 'process'): Promise<MeshFigures> {
  const starts_ms: number[] = [];
  for (let i = 0; i < STARTS; i++) {
    const started = performance.now();
    const mesh = await Mesh.start({ driver, as: 'self', upArguments: ['--tutorial'] });
    starts_ms.push(performance.now() - started);
    if (i < STARTS - 1) {
      await mesh.stop();
      continue;
    }
    try {
      return await measureRunning(driver, mesh, median(starts_ms));
    } finally {
      await mesh.stop();
    }
  }
  throw new Error('unreachable');
}

async function measureRunning(driver: string, mesh: Mesh, start_ms: number): Promise<MeshFigures> {
  const example = parse(readFileSync(join(repositoryRoot(), 'examples/tutorial/example.yml'), 'utf8')) as {
    namespace: string;
    try: { host: string };
  };
  const target: Target = { ingress: mesh.status.ingress, host: example.try.host };
  const idle = processesOf(mesh.folder);
  const effects_ms = await applyToEffect(mesh, target, example.namespace);
  const chain = await measureChain(mesh, target);
  const byProcess: Record<string, number> = {};
  for (const { name, pss_kb } of idle) byProcess[name] = Math.round(((byProcess[name] ?? 0) + pss_kb / 1024) * 10) / 10;
  return {
    driver,
    start_to_first_answer_ms: start_ms,
    memory_pss_mb: idle.reduce((sum, one) => sum + one.pss_kb, 0) / 1024,
    memory_by_process_mb: byProcess,
    apply_to_effect_p50_ms: median(effects_ms),
    apply_to_effect_max_ms: Math.max(...effects_ms),
    ...chain,
  };
}

function rule(namespace: string, version: string): KubeObject {
  return {
    apiVersion: 'config.istio.io/v1alpha2',
    kind: 'RouteRule',
    metadata: { name: 'bench', namespace },
    spec: { destination: { name: 'recommendation' }, precedence: 9, route: [{ labels: { version } }] },
  };
}

/** From sending the change until the first request that obeys it, asked one after another. */
async function applyToEffect(mesh: Mesh, target: Target, namespace: string): Promise<number[]> {
  const client = RemoteClient.fromKubeconfig(readFileSync(mesh.status.kubeconfig, 'utf8'));
  const agent = new http.Agent({ keepAlive: true });
  const times_ms: number[] = [];
  let stored = await client.create(ROUTE_RULES, rule(namespace, 'v1'));
  for (let i = 0; i < RULE_CHANGES; i++) {
    const version = i % 2 === 0 ? 'v2' : 'v1';
    const started = performance.now();
    stored = await client.update(ROUTE_RULES, { ...stored, spec: rule(namespace, version)['spec'] });
    for (;;) {
      const answer = await ask(target, agent);
      if (answer.body.includes(`recommendation ${version} `)) break;
      if (performance.now() - started > 5_000) throw new Error(`no effect within 5 s: ${answer.body}`);
    }
    times_ms.push(performance.now() - started);
  }
  await client.delete(ROUTE_RULES, 'bench', namespace);
  agent.destroy();
  return times_ms;
}

async function measureChain(
  mesh: Mesh,
  target: Target,
): Promise<Pick<MeshFigures, 'chain_requests_per_second' | 'chain_proxy_cpu_us' | 'chain_p50_ms'>> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CHAIN_CONNECTIONS });
  const run = async (count: number, connections: number): Promise<{ rps: number; p50_ms: number }> => {
    const times_ms: number[] = [];
    const started = performance.now();
    await Promise.all(
      Array.from({ length: connections }, async () => {
        while (times_ms.length < count) times_ms.push((await ask(target, agent)).took_ms);
      }),
    );
    return { rps: times_ms.length / ((performance.now() - started) / 1000), p50_ms: percentile(times_ms, 0.5) };
  };
  await run(CHAIN_REQUESTS / 4, CHAIN_CONNECTIONS);
  const proxyCpu = (): number =>
    processesOf(mesh.folder)
      .filter((one) => one.name.includes('proxy'))
      .reduce((sum, one) => sum + one.cpu_ms, 0);
  const before_ms = proxyCpu();
  const { rps } = await run(CHAIN_REQUESTS, CHAIN_CONNECTIONS);
  const cpu_us = ((proxyCpu() - before_ms) * 1000) / CHAIN_REQUESTS;
  const { p50_ms } = await run(500, 1);
  agent.destroy();
  return { chain_requests_per_second: rps, chain_proxy_cpu_us: cpu_us, chain_p50_ms: p50_ms };
}
