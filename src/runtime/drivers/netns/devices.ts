import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindTree, MountFlag, mount } from '../../../native/index.js';

/** Devices that hold nothing of the host. */
const SHARED_DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
const SHARED_MEMORY_BYTES_MAX = 64 * 1024 * 1024;

/** A container's /dev: harmless devices, terminals and shared memory of its own. */
export function populateDevices(folder: string): void {
  mount('tmpfs', folder, 'tmpfs', MountFlag.NOSUID, 'mode=755,size=64k');
  for (const name of SHARED_DEVICES) {
    writeFileSync(join(folder, name), '');
    bindTree(join('/dev', name), join(folder, name));
  }
  for (const name of ['pts', 'shm']) mkdirSync(join(folder, name));
  const quiet = MountFlag.NOSUID | MountFlag.NOEXEC;
  mount('devpts', join(folder, 'pts'), 'devpts', quiet, 'newinstance,ptmxmode=0666,mode=0620');
  const memory = `mode=1777,size=${SHARED_MEMORY_BYTES_MAX}`;
  mount('shm', join(folder, 'shm'), 'tmpfs', quiet | MountFlag.NODEV, memory);
  const links = { ptmx: 'pts/ptmx', fd: '/proc/self/fd', stdin: 'fd/0', stdout: 'fd/1', stderr: 'fd/2' };
  for (const [name, target] of Object.entries(links)) {
    symlinkSync(target.startsWith('fd/') ? `/proc/self/${target}` : target, join(folder, name));
  }
}
