import { codeOf, messageOf, TrysailError } from '../../base/errors.js';
import type { UpOptions } from '../../cli/launcher.js';
import { stateFolder } from '../../cli/state-paths.js';
import type { DetachedMessage } from './launcher.js';
import { startMesh } from './mesh.js';

/** The process of `trysail up --detach`: tells its parent how it goes until the mesh is ready, then lives alone. */
async function runDetached(options: UpOptions): Promise<void> {
  const tell = (message: DetachedMessage): void => {
    if (process.connected) process.send?.(message);
  };
  const controller = new AbortController();
  let stop = (): void => controller.abort(new TrysailError('INTERRUPTED', 'the mesh was ended while it started'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop());
  // The command that waits for it was ended: a mesh that nobody was told of is not left behind.
  const orphaned = (): void => stop();
  process.once('disconnect', orphaned);
  try {
    const progress = (line: string): void => tell({ type: 'progress', line });
    const mesh = await startMesh(options, stateFolder(options.name, process.env), progress, controller.signal);
    stop = () => void mesh.stop();
    process.off('disconnect', orphaned);
    tell({ type: 'ready', status: mesh.status });
    process.exit(await mesh.ended);
  } catch (error) {
    const hint = error instanceof TrysailError ? error.hint : undefined;
    tell({ type: 'failed', code: codeOf(error) ?? 'UP_FAILED', message: messageOf(error), ...(hint ? { hint } : {}) });
    process.exitCode = 1;
    if (process.connected) process.disconnect();
  }
}

await runDetached(JSON.parse(process.argv[2] ?? '{}') as UpOptions);
