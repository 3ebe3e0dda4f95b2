import { readFileSync } from 'node:fs';
import { RemoteClient } from '../../src/client/remote-client.js';
import { Mesh } from '../../test/support/mesh.js';
import { processesOf } from '../mesh/processes.js';
import type { BenchOptions } from '../options.js';
import { callFigures, watchDelay } from './api.js';
import { applyToReady, buildImages, hundredRunning } from './pods.js';
import { startToApi } from './start.js';

export interface KubeFigure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it must be; `less` says on which side of it. */
  readonly target: number;
  readonly less: boolean;
}

/** What a Kubernetes of one process costs: start, pods, memory, calls and watches, each beside what it must be. */
export async function benchKube({ say }: BenchOptions): Promise<readonly KubeFigure[]> {
  const figures: KubeFigure[] = [];
  const add = (name: string, value: number, unit: string, target: number, less = true): void => {
    figures.push({ name, value, unit, target, less });
    const good = less ? value < target : value >= target;
    const wanted = `${less ? '<' : '≥'} ${target} ${unit}`;
    say(`  ${name.padEnd(48)}${shown(value)} ${unit.padEnd(4)} ${wanted.padStart(12)}${good ? '' : '  missed'}`);
  };
  for (const driver of ['netns', 'process'] as const) {
    say(`Driver ${driver}:`);
    add(`${driver}: up to a ready API`, await startToApi(driver), 'ms', 1_000);
    await withMesh(driver, async (mesh, client) => {
      const idle = processesOf(mesh.folder).reduce((sum, { pss_kb }) => sum + pss_kb, 0) / 1024;
      add(`${driver}: memory of an idle mesh (PSS)`, idle, 'MB', 200);
      await buildImages(mesh);
      add(
        `${driver}: Deployment of a Node server, to ready`,
        await applyToReady(client),
        'ms',
        driver === 'netns' ? 400 : 300,
      );
      add(`${driver}: 100 sleeping pods, to all running`, await hundredRunning(client), 'ms', 8_000);
    });
  }
  say('API, state on disk:');
  await withMesh('process', async (mesh) => {
    const kubeconfig = readFileSync(mesh.status.kubeconfig, 'utf8');
    const calls = await callFigures(kubeconfig);
    add('ConfigMaps created, 8 clients', calls.writes_per_second, '/s', 1_500, false);
    add('get, p99', calls.get_p99_ms, 'ms', 10);
    add('100 watchers of 1,000 changes, delay p99', await watchDelay(kubeconfig), 'ms', 50);
  });
  return figures;
}

async function withMesh(
  driver: 'netns' | 'process',
  use: (mesh: Mesh, client: RemoteClient) => Promise<void>,
): Promise<void> {
  const mesh = await Mesh.start({ driver, as: 'self' });
  const client = RemoteClient.fromKubeconfig(readFileSync(mesh.status.kubeconfig, 'utf8'));
  try {
    await use(mesh, client);
  } finally {
    client.close();
    await mesh.stop();
  }
}

function shown(value: number): string {
  return (value < 100 ? value.toFixed(1) : value.toFixed(0)).padStart(8);
}
