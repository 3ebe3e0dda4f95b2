import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../test/support/command.js';
import { repositoryRoot } from '../../test/support/repository.js';
import { median } from '../statistics.js';

const STARTS = 5;

/** Milliseconds from the command `trysail up` to its return, when the API answers: median of five fresh starts. */
export async function startToApi(driver: 'netns' | 'process'): Promise<number> {
  const times_ms: number[] = [];
  for (let i = 0; i < STARTS; i++) times_ms.push(await oneStart(driver));
  return median(times_ms);
}

async function oneStart(driver: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-bench-'));
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: folder, TRYSAIL_NO_PREPARE: '1' };
  const trysail = (...args: string[]) =>
    command(process.execPath, [join(repositoryRoot(), 'bin', 'trysail.js'), ...args], { env });
  try {
    const started = performance.now();
    const up = await trysail('up', '-d', '--driver', driver, '--ingress-port', '0', '--api-port', '0');
    if (up.status !== 0) throw new Error(`trysail up failed: ${up.stderr}`);
    return performance.now() - started;
  } finally {
    await trysail('down');
    rmSync(folder, { recursive: true, force: true });
  }
}
