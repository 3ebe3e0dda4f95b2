/**
 * One proxy beside Envoy, nginx and HAProxy: each alone on one core, upstream and load generator on another; 64 connections,
 * 52-byte reply, the same filters. `node first.js [--json] [--seconds N] [--connections N]`
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTENDERS, type Contender } from './contenders.js';
import { childOf, cpu_us, rss_mb } from './process-cost.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const WARMUP_MS = 2_000;
const START_ATTEMPTS = 200;
const START_INTERVAL_MS = 50;

export interface ProxyFigures {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly cpuPerRequest_us: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly rss_mb: number;
  readonly failed: number;
  /** Envoy's CPU per request over this one's; undefined without Envoy. */
  readonly ratioToEnvoy?: number;
}

export interface ProxyBenchResult {
  readonly figures: readonly ProxyFigures[];
  readonly missing: readonly string[];
}

export interface ProxyBenchOptions {
  readonly run_ms?: number;
  readonly connections?: number;
  /** Names of contenders; all by default. */
  readonly only?: readonly string[];
}

/** Runs the contenders one after the other. */
export async function benchProxy(options: ProxyBenchOptions = {}): Promise<ProxyBenchResult> {
  const { run_ms = 5_000, connections = 64, only } = options;
  const folder = mkdtempSync(join(tmpdir(), 'trysail-bench-'));
  const upstream = start([process.execPath, join(HERE, 'upstream.js')], LOAD_CORE);
  const figures: ProxyFigures[] = [];
  const missing: string[] = [];
  try {
    const upstreamPort = Number(await firstLine(upstream));
    for (const contender of CONTENDERS) {
      if (only !== undefined && !only.includes(contender.name)) continue;
      const port = await freePort();
      const command = contender.command(port, upstreamPort, folder);
      if (command === undefined) missing.push(contender.name);
      else figures.push(await measure(contender, command, port, connections, run_ms));
    }
  } finally {
    await stop(upstream);
    rmSync(folder, { recursive: true, force: true });
  }
  const envoy = figures.find((each) => each.name === 'envoy');
  if (envoy === undefined) return { figures, missing };
  return {
    figures: figures.map((each) => ({ ...each, ratioToEnvoy: envoy.cpuPerRequest_us / each.cpuPerRequest_us })),
    missing,
  };
}

const PROXY_CORE = 0;
const LOAD_CORE = 1;

async function measure(
  contender: Contender,
  command: readonly string[],
  port: number,
  connections: number,
  run_ms: number,
): Promise<ProxyFigures> {
  const proxy = start(command, PROXY_CORE);
  try {
    await waitForPort(port);
    const pid = contender.servesInChild ? (childOf(proxy.pid!) ?? proxy.pid!) : proxy.pid!;
    const load = start(
      [process.execPath, join(HERE, 'load.js'), String(port), String(connections), String(WARMUP_MS), String(run_ms)],
      LOAD_CORE,
    );
    const lines = readLines(load);
    await lines.next();
    const before_us = cpu_us(pid);
    const began_ms = performance.now();
    const result = JSON.parse((await lines.next()).value as string) as {
      requests: number;
      failed: number;
      p50_ms: number;
      p99_ms: number;
    };
    const used_us = cpu_us(pid) - before_us;
    return {
      name: contender.name,
      requestsPerSecond: (result.requests * 1000) / (performance.now() - began_ms),
      cpuPerRequest_us: used_us / result.requests,
      p50_ms: result.p50_ms,
      p99_ms: result.p99_ms,
      rss_mb: rss_mb(pid),
      failed: result.failed,
    };
  } finally {
    await stop(proxy);
  }
}

function start(command: readonly string[], core: number): ChildProcess {
  const pinned =
    availableParallelism() > 1 && existsSync('/usr/bin/taskset')
      ? ['taskset', '-c', String(core), ...command]
      : command;
  return spawn(pinned[0]!, pinned.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

async function* readLines(child: ChildProcess): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of child.stdout!) {
    text += String(chunk);
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  const { value } = await readLines(child).next();
  return String(value);
}

async function waitForPort(port: number): Promise<void> {
  for (let i = 0; i < START_ATTEMPTS; i++) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, START_INTERVAL_MS));
  }
  throw new Error(`Nothing listens on port ${port} after ${START_ATTEMPTS * START_INTERVAL_MS} ms`);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** A table for people. */
export function formatProxyBench({ figures, missing }: ProxyBenchResult): string {
  const lines = ['proxy      requests/s   CPU µs/request   p50 ms   p99 ms   RSS MB   × Envoy (CPU)   failed'];
  for (const each of figures) {
    const ratio = each.ratioToEnvoy === undefined ? '-' : each.ratioToEnvoy.toFixed(2);
    lines.push(
      each.name.padEnd(10) +
        each.requestsPerSecond.toFixed(0).padStart(11) +
        each.cpuPerRequest_us.toFixed(1).padStart(17) +
        each.p50_ms.toFixed(2).padStart(9) +
        each.p99_ms.toFixed(2).padStart(9) +
        each.rss_mb.toFixed(0).padStart(9) +
        ratio.padStart(16) +
        String(each.failed).padStart(9),
    );
  }
  if (missing.length > 0) lines.push(`not installed: ${missing.join(', ')}`);
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const value = (name: string): number | undefined => {
    const at = process.argv.indexOf(name);
    return at === -1 ? undefined : Number(process.argv[at + 1]);
  };
  const seconds = value('--seconds') ?? 5;
  const only = process.argv.includes('--only')
    ? process.argv[process.argv.indexOf('--only') + 1]!.split(',')
    : undefined;
  const result = await benchProxy({
    run_ms: seconds * 1000,
    connections: value('--connections') ?? 64,
    ...(only && { only }),
  });
  console.log(process.argv.includes('--json') ? JSON.stringify(result, undefined, 1) : formatProxyBench(result));
}
