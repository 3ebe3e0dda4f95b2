import { check, libc } from './libc.js';

/** The MS_… flags of mount(2) that are used. */
export const MountFlag = {
  RDONLY: 1,
  NOSUID: 2,
  NODEV: 4,
  NOEXEC: 8,
  BIND: 4096,
  REC: 16384,
  PRIVATE: 1 << 18,
} as const;

const MNT_DETACH = 2;
const AT_FDCWD = -100;
const AT_RECURSIVE = 0x8000;
const MOUNT_ATTR_RDONLY = 1;
/** Length of a `struct mount_attr`. */
const MOUNT_ATTR_BYTES = 32;

/**
 * mount(2) in the calling thread's mount namespace.
 * @param type null for a bind mount
 * @param data options as of `mount -o`
 */
export function mount(source: string, target: string, type: string | null, flags: number, data?: string): void {
  const what = type === null ? `show ${source} at ${target}` : `mount ${type} on ${target}`;
  check(libc().mount(source, target, type, flags, data ?? null), what);
}

/** Shows `source` with all that is mounted in it at `target`. */
export function bindTree(source: string, target: string, readOnly = false): void {
  mount(source, target, null, MountFlag.BIND | MountFlag.REC);
  if (readOnly) setTreeReadOnly(target);
}

/** As {@link setReadOnly}, with all that is mounted in it. */
export function setTreeReadOnly(target: string): void {
  addReadOnly(target, AT_RECURSIVE);
}

/** mount_setattr(2), Linux 5.12: adds read-only and keeps every other flag, which a user namespace could not take away. */
export function setReadOnly(target: string): void {
  addReadOnly(target, 0);
}

function addReadOnly(target: string, flags: number): void {
  const attributes = Buffer.alloc(MOUNT_ATTR_BYTES);
  attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR_RDONLY), 0);
  const result = libc().mountSetattr(AT_FDCWD, target, flags, attributes, attributes.length);
  check(result, `make ${target} read-only`);
}

/** Takes a mount away at once; what is open in it stays until closed. */
export function unmount(target: string): void {
  check(libc().umount2(target, MNT_DETACH), `unmount ${target}`);
}

/** Makes `newRoot`, a mount point, the calling thread's root and forgets the old one. The thread has its own mount namespace. */
export function changeRoot(newRoot: string): void {
  const c = libc();
  check(c.chdir(newRoot), `enter ${newRoot}`);
  // Both the same: the old root ends stacked under the new one, where the next line finds it (pivot_root(2), "." example).
  check(c.pivotRoot('.', '.'), `make ${newRoot} the root`);
  check(c.umount2('.', MNT_DETACH), 'leave the old root');
  check(c.chdir('/'), 'enter /');
}
