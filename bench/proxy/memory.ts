import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../options.js';
import { envoyBootstrap } from './config/envoy.js';
import { ENVOY, serveEnvoy, serveTrysail } from './contenders.js';
import { loadOn, orderFor } from './measure.js';
import { firstLine, freePort, LOAD_CORE, PROXY_CORE, start, stop, waitForPort } from './pinned.js';
import { rss_mb } from './process-cost.js';
import { type Shape, shapeNamed } from './shapes.js';
import { formatTable } from './table.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const LOGICAL_PROXIES = 20;
/** Load that each proxy gets before its memory is read. */
const LOAD_MS = 500;

export interface MemoryFigures {
  readonly logicalProxies: number;
  /** Resident, of one process with that many logical proxies. */
  readonly trysail_mb: number;
  /** Resident, of one Envoy with the configuration of one of them; undefined where none is installed. */
  readonly envoy_mb: number | undefined;
}

/** One process with many logical proxies beside one Envoy, each proxy after some load. */
export async function benchMemory({ say }: BenchOptions): Promise<MemoryFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-bench-'));
  const shape = shapeNamed('small-64');
  const upstream = start(
    [process.execPath, join(HERE, 'upstream.js'), String(shape.replyBytes), shape.setup.upstream],
    LOAD_CORE,
  );
  try {
    const upstreamPort = Number(await firstLine(upstream));
    const ports: number[] = [];
    for (let i = 0; i < LOGICAL_PROXIES; i++) ports.push(await freePort());
    const bootstraps = ports.map((port) =>
      envoyBootstrap({ ...shape.setup, certificate: { certificate: '', key: '' } }, { port, upstreamPort, folder }),
    );
    const trysail_mb = await memoryOf(serveTrysail(bootstraps, folder), ports, shape);
    const envoy_mb =
      ENVOY === undefined
        ? undefined
        : await memoryOf(serveEnvoy(bootstraps[0]!, join(folder, 'envoy.json')), ports.slice(0, 1), shape);
    const rows = [
      [`Trysail, ${LOGICAL_PROXIES} logical proxies in one process`, trysail_mb.toFixed(0)],
      ['one Envoy', envoy_mb?.toFixed(0) ?? 'not installed'],
    ];
    say(`\nmemory: resident, after load on each proxy\n${formatTable(['', 'MB'], rows)}`);
    return { logicalProxies: LOGICAL_PROXIES, trysail_mb, envoy_mb };
  } finally {
    await stop(upstream);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function memoryOf(command: readonly string[], ports: readonly number[], shape: Shape): Promise<number> {
  const proxy = start(command, PROXY_CORE);
  try {
    for (const port of ports) await waitForPort(port, proxy);
    for (const port of ports) await loadOn(proxy.pid!, { ...orderFor(shape, port, LOAD_MS), warmup_ms: 0 });
    return rss_mb(proxy.pid!);
  } finally {
    await stop(proxy);
  }
}
