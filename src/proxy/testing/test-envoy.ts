import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestEnvoy {
  port(listener: string): number;
  stat(name: string): Promise<number>;
  /** Lines that it wrote to stdout. */
  readonly logs: readonly string[];
  close(): Promise<void>;
}

/** Twenty seconds: other tests may have the machine meanwhile. */
const START_ATTEMPTS = 800;

/** Runs real Envoy on a bootstrap that has an admin address with port 0. */
export async function startEnvoy(binary: string, bootstrap: string): Promise<TestEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-envoy-'));
  const file = join(folder, 'envoy.yaml');
  const adminFile = join(folder, 'admin');
  writeFileSync(file, bootstrap);
  const child = spawn(
    binary,
    [
      ...['-c', file, '--concurrency', '1', '--use-dynamic-base-id', '-l', 'error', '--admin-address-path', adminFile],
      // access logs at once, not when 10 seconds passed
      ...['--file-flush-interval-msec', '20'],
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  const close = async (): Promise<void> => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  };
  const admin = async (path: string): Promise<string> => {
    const response = await fetch(`http://${readFileSync(adminFile, 'utf8').trim()}${path}`);
    return response.text();
  };
  for (let i = 0; i < START_ATTEMPTS; i++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    if (child.exitCode !== null) break;
    if (!existsSync(adminFile)) continue;
    // The file is there before its content, and the address before it answers.
    if ((await admin('/ready').catch(() => '')).trim() !== 'LIVE') continue;
    const ports = new Map(
      (await admin('/listeners')).split('\n').map((line) => {
        const [name = '', address = ''] = line.split('::');
        return [name, Number(address.slice(address.lastIndexOf(':') + 1))] as const;
      }),
    );
    return {
      port: (listener) => ports.get(listener) ?? 0,
      stat: async (name) =>
        Number(/: (\d+)/.exec(await admin(`/stats?filter=^${name.replaceAll('.', '\\.')}$`))?.[1] ?? 0),
      get logs() {
        return stdout.split('\n').filter((line) => line !== '');
      },
      close,
    };
  }
  await close();
  throw new Error(`Envoy did not start: ${stderr.slice(-2000)}`);
}
