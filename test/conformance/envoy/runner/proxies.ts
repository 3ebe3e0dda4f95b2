import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { AdminServer } from '../../../../src/proxy/index.js';
import { startProxy } from '../../../../src/proxy/testing/test-proxy.js';
import { repositoryRoot } from '../../../support/repository.js';
import { LOG_MARK } from './bootstrap.js';

/** A proxy that runs, ours or Envoy. */
export interface RunningProxy {
  readonly adminPort: number;
  /** Lines of the access log, without their mark. */
  logs(): readonly string[];
  close(): Promise<void>;
}

/** The proxy did not take its configuration. */
export class Refused extends Error {}

/** Gets the bootstrap for the admin port that the proxy is to take. */
export type MakeBootstrap = (adminPort: number) => JsonObject;

const START_MS = 20_000;
const CHECK_MS = 5;

const marked = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith(LOG_MARK)).map((line) => line.slice(LOG_MARK.length));

/** Our proxy in this process, by the loader that `trysail proxy` uses. @throws Refused */
export async function startOurs(make: MakeBootstrap): Promise<RunningProxy> {
  let started: Awaited<ReturnType<typeof startProxy>>;
  try {
    started = await within(startProxy(JSON.stringify(make(0))), START_MS, 'our proxy is not ready');
  } catch (error) {
    throw new Refused(error instanceof Error ? error.message : String(error));
  }
  const admin = new AdminServer(started.proxy);
  const { port } = await admin.listen({ address: '127.0.0.1', port: 0 });
  return {
    adminPort: port,
    logs: () => marked(started.logs.flatMap((lines) => lines.split('\n'))),
    close: async () => {
      admin.close();
      await started.close();
    },
  };
}

/** `trysail proxy -c FILE`, from the build. @throws Refused */
export async function startOurProcess(make: MakeBootstrap, folder: string): Promise<RunningProxy> {
  const adminPort = await freePort();
  const file = join(folder, 'trysail.json');
  writeFileSync(file, JSON.stringify(make(adminPort)));
  const child = spawn(process.execPath, [join(repositoryRoot(), 'bin/trysail.js'), 'proxy', '-c', file]);
  return untilReady(child, () => adminPort);
}

/** Real Envoy. @throws Refused */
export function startEnvoy(binary: string, make: MakeBootstrap, folder: string): Promise<RunningProxy> {
  const file = join(folder, 'envoy.json');
  const adminFile = join(folder, 'admin');
  writeFileSync(file, JSON.stringify(make(0)));
  const args = [
    '-c',
    file,
    '--concurrency',
    '1',
    '--use-dynamic-base-id',
    '-l',
    'error',
    '--file-flush-interval-msec',
    '5',
  ];
  const child = spawn(binary, [...args, '--admin-address-path', adminFile]);
  return untilReady(child, () => {
    const address = existsSync(adminFile) ? readFileSync(adminFile, 'utf8') : '';
    return Number(/:(\d+)\s*$/.exec(address)?.[1] ?? 0);
  });
}

async function untilReady(child: ChildProcess, adminPort: () => number): Promise<RunningProxy> {
  let stdout = '';
  let stderr = '';
  const kill = (): void => void child.kill('SIGKILL');
  // A run that is interrupted must not leave it behind.
  process.once('exit', kill);
  child.stdout?.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    process.off('exit', kill);
    kill();
    await exited;
  };
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const port = adminPort();
    if (port !== 0 && (await readyAt(port))) {
      return { adminPort: port, logs: () => marked(stdout.split('\n')), close };
    }
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
  await close();
  throw new Refused(stderr.slice(-4_000));
}

async function readyAt(port: number): Promise<boolean> {
  try {
    return (await (await fetch(`http://127.0.0.1:${port}/ready`)).text()).trim() === 'LIVE';
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === 'object' ? address.port : 0;
}

async function within<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
