import { fork } from 'node:child_process';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { TrysailError } from '../../base/errors.js';
import type { MeshLauncher, MeshStatus, RunningMesh, UpOptions } from '../../cli/launcher.js';
import { stateFolder } from '../../cli/state-paths.js';
import { processScript } from '../process-scripts.js';
import { Instance, makeStateFolder } from './instance.js';
import { removeLeftoversOf } from './leftovers.js';
import { endNode } from './node-process.js';
import { endProcess, isAlive } from './process-identity.js';

/** The control plane ends its node first, which ends its pods. */
const DOWN_GRACE_MS = 20_000;

/** From the detached process to the command that started it. */
export type DetachedMessage =
  | { readonly type: 'progress'; readonly line: string }
  | { readonly type: 'ready'; readonly status: MeshStatus }
  | { readonly type: 'failed'; readonly code: string; readonly message: string; readonly hint?: string };

/** Starts and ends the meshes of this machine. */
export class LocalLauncher implements MeshLauncher {
  constructor(private readonly env: NodeJS.ProcessEnv) {}

  async up(options: UpOptions, progress: (line: string) => void, signal: AbortSignal): Promise<RunningMesh> {
    // The whole control plane: half a second of loading that `status` and `down` do without.
    const { startMesh } = await import('./mesh.js');
    return startMesh(options, stateFolder(options.name, this.env), progress, signal);
  }

  upDetached(options: UpOptions, progress: (line: string) => void): Promise<MeshStatus> {
    const folder = stateFolder(options.name, this.env);
    makeStateFolder(folder);
    const log = openSync(join(folder, 'up.log'), 'a', 0o600);
    const child = fork(processScript('detached'), [JSON.stringify(options)], {
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    return new Promise((resolve, reject) => {
      child.on('message', (message: DetachedMessage) => {
        if (message.type === 'progress') progress(message.line);
        if (message.type === 'failed') reject(new TrysailError(message.code, message.message, message.hint));
        if (message.type !== 'ready') return;
        child.disconnect();
        child.unref();
        resolve(message.status);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        const how = signal ?? `status ${code}`;
        reject(
          new TrysailError('UP_FAILED', `the mesh ended while it started (${how})`, `See ${join(folder, 'up.log')}.`),
        );
      });
    });
  }

  async down(name: string, progress: (line: string) => void): Promise<boolean> {
    const instance = new Instance(name, stateFolder(name, this.env));
    const record = instance.read();
    if (!record) return false;
    const ran = isAlive(record.control) || (record.node !== undefined && isAlive(record.node));
    if (ran) progress('Ending the mesh …');
    await endProcess(record.control, DOWN_GRACE_MS);
    // What a control plane that was killed could not end itself.
    if (record.node) await endNode(record.node);
    await removeLeftoversOf(instance);
    instance.release();
    if (record.temporary) instance.remove();
    return ran;
  }

  async status(name: string): Promise<MeshStatus | undefined> {
    const record = new Instance(name, stateFolder(name, this.env)).read();
    if (!record || isAlive(record.control)) return record?.status;
    if (record.node && isAlive(record.node)) {
      throw new TrysailError(
        'CONTROL_PLANE_GONE',
        `the control plane of the mesh "${name}" was killed; its pods still run`,
        'Start it again with `trysail up`, which keeps what it stored, or end the pods too with `trysail down`.',
      );
    }
    return undefined;
  }
}
