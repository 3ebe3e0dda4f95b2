import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { SystemClock } from '../../../base/clock.js';
import type { Logger } from '../../../base/logger.js';
import { ImageStore } from '../image-store.js';
import { RegistryServer } from '../registry/registry-server.js';

/** A folder with these files, gone after the test. */
export async function folderWith(t: TestContext, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'trysail-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

export async function storeFor(t: TestContext): Promise<{ store: ImageStore; dir: string }> {
  const dir = await folderWith(t);
  return { store: new ImageStore({ dir, clock: new SystemClock() }), dir };
}

export const PASSWORD = 'the-password';

export interface TestRegistry {
  /** `127.0.0.1:41234` */
  readonly address: string;
  readonly store: ImageStore;
  readonly dir: string;
  /** What it reported as its own failures. */
  readonly failures: string[];
}

/** The mesh's registry over a store of its own. */
export async function registryFor(t: TestContext, limits: { blobBytes_max?: number } = {}): Promise<TestRegistry> {
  const { store, dir } = await storeFor(t);
  const failures: string[] = [];
  const note = (message: string, fields?: object): void => void failures.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { debug() {}, info() {}, warn: note, error: note, scope: () => logger };
  const server = new RegistryServer({ dir, password: PASSWORD, clock: new SystemClock(), logger, ...limits });
  const port = await server.listen(0);
  t.after(() => server.close());
  return { address: `127.0.0.1:${port}`, store, dir, failures };
}
