import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RemoteClient } from '../../src/client/remote-client.js';
import { TYPE_URL } from '../../src/xds/server/source.js';
import { median } from '../statistics.js';
import type { ControlAnswer, ControlCall, ProxiesAnswer, ProxiesCall } from './messages.js';
import { BenchProcess } from './process.js';
import { World } from './world.js';

const ENDPOINT_ROUNDS = 21;
const ROUTE_ROUNDS = 7;
const WARM_UP_ROUNDS = 5;
const BYTES_PER_MB = 1024 * 1024;
const US_PER_MS = 1_000;

export interface PushShape {
  readonly services: number;
  readonly proxies: number;
  /** HTTP/2 sessions that the proxies share. */
  readonly sessions: number;
}

export interface PushFigures {
  readonly endpoint_cpu_ms: number;
  readonly endpoint_all_ms: number;
  readonly route_cpu_ms: number;
  readonly route_all_ms: number;
  readonly memory_mb: number;
}

/** Medians over single changes, each after the one before has reached all proxies. CPU is that of the control plane's process, with the write. */
export async function measurePush({ services, proxies, sessions }: PushShape): Promise<PushFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-bench-'));
  const control = new BenchProcess<ControlCall, ControlAnswer>('./control-process.js', [folder], ['--expose-gc']);
  const players = new BenchProcess<ProxiesCall, ProxiesAnswer>('./proxies-process.js', []);
  try {
    await control.next('ready');
    const client = RemoteClient.fromKubeconfig(readFileSync(join(folder, 'kubeconfig'), 'utf8'));
    const world = new World(client, services);
    await world.create();
    const settled = players.next('settled');
    players.send({ type: 'connect', socket: join(folder, 'ads.sock'), proxies: world.proxies(proxies), sessions });
    await settled;

    const usage = (type: 'usage' | 'collect') => {
      const answer = control.next('usage');
      control.send({ type });
      return answer;
    };
    const measure = async (rounds: number, kind: string, change: (round: number) => Promise<void>) => {
      const [cpu, all]: [number[], number[]] = [[], []];
      for (let round = -WARM_UP_ROUNDS; round < rounds; round++) {
        const everyone = players.next('all');
        players.send({ type: 'expect', kind });
        const before = await usage('usage');
        const started = performance.timeOrigin + performance.now();
        await change(round + WARM_UP_ROUNDS);
        const { at_ms } = await everyone;
        await new Promise((resolve) => setTimeout(resolve, 100));
        const after = await usage('usage');
        if (round < 0) continue;
        cpu.push((after.cpu_us - before.cpu_us) / US_PER_MS);
        all.push(at_ms - started);
      }
      return { cpu: median(cpu), all: median(all) };
    };
    await world.changeRoute(0, 0);
    const endpoint = await measure(ENDPOINT_ROUNDS, TYPE_URL.endpoint, (round) => world.moveEndpoint(round, round));
    const route = await measure(ROUTE_ROUNDS, TYPE_URL.route, (round) => world.changeRoute(1, round));
    await usage('collect');
    const { rss_bytes } = await usage('usage');
    client.close();
    return {
      endpoint_cpu_ms: endpoint.cpu,
      endpoint_all_ms: endpoint.all,
      route_cpu_ms: route.cpu,
      route_all_ms: route.all,
      memory_mb: rss_bytes / BYTES_PER_MB,
    };
  } finally {
    await players.stop();
    await control.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
