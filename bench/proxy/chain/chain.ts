import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from '../../options.js';
import { ENVOY, serveEnvoy, serveTrysail } from '../contenders.js';
import { runLoad } from '../measure.js';
import { freePort, startFree, stop, waitForPort } from '../pinned.js';
import { cpu_us, rss_mb } from '../process-cost.js';
import { digits, formatTable } from '../table.js';
import { type ChainPorts, chainBootstraps, SERVICES, type ServiceName, type ServicePorts } from './config.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const CONNECTIONS = 16;
const WARMUP_MS = 3_000;

export interface ChainFigures {
  readonly proxies: string;
  /** With 16 connections. */
  readonly requestsPerSecond: number;
  /** Of all proxies, for one request through the whole chain; 16 connections. */
  readonly proxyCpu_us: number;
  /** With one connection. */
  readonly p50_ms: number;
  readonly rss_mb: number;
  readonly failed: number;
}

/**
 * An ingress and three services with a sidecar each: six passes through proxies. As logical proxies of one process beside four
 * Envoys; services, load and configuration are the same.
 */
export async function benchChain({ run_ms, rounds, only, say }: BenchOptions): Promise<readonly ChainFigures[]> {
  const best = new Map<string, ChainFigures>();
  for (let round = 0; round < rounds; round++) {
    for (const { name, proxies, commandsOf } of ARRANGEMENTS) {
      if ((only.length > 0 && !only.includes(name)) || (name === 'envoy' && ENVOY === undefined)) continue;
      const figures = await measureChain(proxies, run_ms, commandsOf);
      best.set(proxies, better(best.get(proxies), figures));
    }
  }
  const figures = [...best.values()];
  const rows = figures.map((one) => [
    one.proxies,
    one.requestsPerSecond.toFixed(0),
    digits(one.proxyCpu_us),
    digits(one.p50_ms),
    one.rss_mb.toFixed(0),
    String(one.failed),
  ]);
  const titles = ['', 'requests/s (16)', 'proxy CPU µs/request (16)', 'p50 ms (1)', 'RSS MB', 'failed'];
  say(`\nchain: ingress and three services with sidecars\n${formatTable(titles, rows)}`);
  return figures;
}

/** The two loads are apart: each has its own best round. */
function better(best: ChainFigures | undefined, figures: ChainFigures): ChainFigures {
  if (best === undefined) return figures;
  const cheaper = figures.proxyCpu_us < best.proxyCpu_us ? figures : best;
  return { ...cheaper, p50_ms: Math.min(best.p50_ms, figures.p50_ms) };
}

type Json = Readonly<Record<string, unknown>>;
type Commands = readonly (readonly string[])[];
type CommandsOf = (bootstraps: readonly Json[], folder: string) => Commands;

const ARRANGEMENTS: readonly { readonly name: string; readonly proxies: string; readonly commandsOf: CommandsOf }[] = [
  {
    name: 'trysail',
    proxies: 'Trysail, four logical proxies in one process',
    commandsOf: (all, folder) => [[...serveTrysail(all, folder), '--linked']],
  },
  {
    name: 'trysail',
    proxies: 'the same, over sockets between them too',
    commandsOf: (all, folder) => [serveTrysail(all, folder)],
  },
  {
    name: 'envoy',
    proxies: 'four Envoys',
    commandsOf: (all, folder) => all.map((one, i) => serveEnvoy(one, join(folder, `envoy-${i}.json`))),
  },
];

async function measureChain(proxies: string, run_ms: number, commandsOf: CommandsOf): Promise<ChainFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-bench-'));
  const started: ChildProcess[] = [];
  try {
    const ports = await choosePorts();
    for (const command of serviceCommands(ports)) started.push(startFree(command));
    const running = commandsOf(chainBootstraps(ports), folder).map((command) => startFree(command));
    started.push(...running);
    await waitForPort(ports.ingress, running[0]!);
    for (const { inbound, outbound } of Object.values(ports.services)) {
      await waitForPort(inbound, running[0]!);
      await waitForPort(outbound, running[0]!);
    }
    const cost_us = (): number => running.reduce((sum, one) => sum + cpu_us(one.pid!), 0);
    const many = await runLoad(order(ports.ingress, CONNECTIONS, run_ms), startFree, cost_us);
    const one = await runLoad(order(ports.ingress, 1, run_ms), startFree, cost_us);
    return {
      proxies,
      requestsPerSecond: (many.result.requests * 1000) / many.result.took_ms,
      proxyCpu_us: many.cost_us / many.result.requests,
      p50_ms: one.result.p50_ms,
      rss_mb: running.reduce((sum, each) => sum + rss_mb(each.pid!), 0),
      failed: many.result.failed + one.result.failed,
    };
  } finally {
    await Promise.all(started.map(stop));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function choosePorts(): Promise<ChainPorts> {
  const services = {} as Record<ServiceName, ServicePorts>;
  for (const name of SERVICES) {
    services[name] = { service: await freePort(), inbound: await freePort(), outbound: await freePort() };
  }
  return { ingress: await freePort(), services };
}

function serviceCommands({ services }: ChainPorts): Commands {
  return SERVICES.map((name, i) => {
    const next = SERVICES[i + 1];
    const { service, outbound } = services[name];
    const command = [process.execPath, join(HERE, 'service.js'), name, String(service)];
    return next === undefined ? command : [...command, String(outbound), next];
  });
}

function order(port: number, connections: number, run_ms: number) {
  const fixed = { wire: 'http1', method: 'GET', requestBytes: 0, headers: {}, newConnections: false } as const;
  return { ...fixed, port, connections, warmup_ms: WARMUP_MS, run_ms };
}
