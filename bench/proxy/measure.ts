import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../src/base/errors.js';
import { makeCertificate } from './certificate.js';
import type { Contender } from './contenders.js';
import type { LoadOrder, LoadResult } from './load/order.js';
import { firstLine, freePort, LOAD_CORE, PROXY_CORE, readLines, start, stop, waitForPort } from './pinned.js';
import { cpu_us, rss_mb } from './process-cost.js';
import type { ContenderPaths, ProxySetup } from './setup.js';
import type { Shape } from './shapes.js';

const HERE = dirname(fileURLToPath(import.meta.url));
const WARMUP_MS = 2_000;

export interface Figures {
  readonly contender: string;
  readonly requestsPerSecond: number;
  /** Of the contender's processes, user and system. */
  readonly cpuPerRequest_us: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly p999_ms: number;
  readonly rss_mb: number;
  readonly failed: number;
}

export type Outcome = Figures | { readonly contender: string; readonly refused: string };

export function isFigures<T extends Outcome>(outcome: T): outcome is T & Figures {
  return !('refused' in outcome);
}

/** Runs the contenders one after the other on one shape, in several rounds. */
export async function measureShape(
  shape: Shape,
  contenders: readonly Contender[],
  run_ms: number,
  rounds: number,
): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-bench-'));
  const setup: ProxySetup = { ...shape.setup, certificate: makeCertificate(folder) };
  const { certificate, key } = setup.certificate;
  const command = [join(HERE, 'upstream.js'), String(shape.replyBytes), setup.upstream, certificate, key];
  const upstream = start([process.execPath, ...command], LOAD_CORE);
  try {
    const upstreamPort = Number(await firstLine(upstream));
    const outcomes = new Map<string, Outcome>();
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        const paths = { port: await freePort(), upstreamPort, folder };
        const outcome = await measureContender(contender, shape, setup, paths, run_ms);
        outcomes.set(contender.name, cheaper(outcomes.get(contender.name), outcome));
      }
    }
    return [...outcomes.values()];
  } finally {
    await stop(upstream);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What else runs on the machine only adds: the round that cost least tells most. */
function cheaper(best: Outcome | undefined, outcome: Outcome): Outcome {
  if (best === undefined || !isFigures(best)) return outcome;
  return isFigures(outcome) && outcome.cpuPerRequest_us < best.cpuPerRequest_us ? outcome : best;
}

async function measureContender(
  contender: Contender,
  shape: Shape,
  setup: ProxySetup,
  paths: ContenderPaths,
  run_ms: number,
): Promise<Outcome> {
  const command = contender.prepare(setup, paths);
  if (command === undefined) return { contender: contender.name, refused: 'cannot do it' };
  const errorFile = join(paths.folder, `${contender.name}.err`);
  const proxy = start(command, PROXY_CORE, errorFile);
  // what it prints, such as its access log, is read and dropped
  proxy.stdout!.resume();
  try {
    await waitForPort(paths.port, proxy);
    const { cost_us, result } = await loadOn(proxy.pid!, orderFor(shape, paths.port, run_ms));
    return {
      contender: contender.name,
      requestsPerSecond: (result.requests * 1000) / result.took_ms,
      cpuPerRequest_us: cost_us / result.requests,
      p50_ms: result.p50_ms,
      p99_ms: result.p99_ms,
      p999_ms: result.p999_ms,
      rss_mb: rss_mb(proxy.pid!),
      failed: result.failed,
    };
  } catch (error) {
    const said = readFileSync(errorFile, 'utf8').trim().split('\n')[0] ?? '';
    return { contender: contender.name, refused: `${messageOf(error)} ${said}`.trim() };
  } finally {
    await stop(proxy);
  }
}

/** Runs the load generator on its core against what `pid` serves. */
export function loadOn(pid: number, order: LoadOrder): Promise<Loaded> {
  return runLoad(
    order,
    (command) => start(command, LOAD_CORE),
    () => cpu_us(pid),
  );
}

export interface Loaded {
  /** What was spent during the measured time. */
  readonly cost_us: number;
  readonly result: LoadResult;
}

export async function runLoad(
  order: LoadOrder,
  begin: (command: readonly string[]) => ChildProcess,
  spent_us: () => number,
): Promise<Loaded> {
  const program = order.wire === 'http2' ? 'http2.js' : 'http1.js';
  const load = begin([process.execPath, join(HERE, 'load', program), JSON.stringify(order)]);
  try {
    const lines = readLines(load);
    await lines.next();
    const before_us = spent_us();
    const result = JSON.parse(String((await lines.next()).value)) as LoadResult;
    return { cost_us: spent_us() - before_us, result };
  } finally {
    await stop(load);
  }
}

export function orderFor(shape: Shape, port: number, run_ms: number): LoadOrder {
  const { connections, method, requestBytes, headers, newConnections } = shape;
  const wire = shape.setup.downstream;
  return { port, wire, connections, method, requestBytes, headers, newConnections, warmup_ms: WARMUP_MS, run_ms };
}
