import { closeSync, openSync, writeFileSync } from 'node:fs';
import { messageOf } from '../base/errors.js';
import { check, libc } from './libc.js';
import { MountFlag, mount, unmount } from './mounts.js';

/** The CLONE_NEW… flag of each kind of namespace, and its name under /proc/PID/ns. */
export const NAMESPACE = {
  net: { flag: 0x40000000, file: 'net' },
  uts: { flag: 0x04000000, file: 'uts' },
  ipc: { flag: 0x08000000, file: 'ipc' },
  mnt: { flag: 0x00020000, file: 'mnt' },
  pid: { flag: 0x20000000, file: 'pid_for_children' },
} as const;
export type NamespaceKind = keyof typeof NAMESPACE;

const CLONE_FS = 0x00000200;

/**
 * Everything here concerns the calling *thread* alone, and is for worker threads: the main thread stays where it is, since a
 * rootless process cannot go back to the host's namespaces.
 */
export function unshareNamespaces(kinds: readonly NamespaceKind[]): void {
  const flags = kinds.reduce((all, kind) => all | NAMESPACE[kind].flag, 0);
  check(libc().unshare(flags), `make new namespaces (${kinds.join(', ')})`);
}

/** Gives this thread its own root and working directory; the condition for entering mount namespaces. */
export function unshareFilesystemState(): void {
  check(libc().unshare(CLONE_FS), 'give a thread its own root directory');
}

export function enterNamespace(fd: number, kind: NamespaceKind): void {
  check(libc().setns(fd, NAMESPACE[kind].flag), `enter a ${kind} namespace`);
}

/** Takes the calling worker thread back. A thread that cannot return is of no use to anybody, and ends. */
export function returnToNamespaces(home: Iterable<readonly [NamespaceKind, number]>): void {
  try {
    for (const [kind, fd] of home) enterNamespace(fd, kind);
  } catch (error) {
    process.emitWarning(`A thread could not leave a namespace: ${messageOf(error)}`);
    process.exit(1);
  }
}

/** @returns a descriptor of the calling thread's namespace; close it with closeSync */
export function openOwnNamespace(kind: NamespaceKind): number {
  return openSync(`/proc/thread-self/ns/${NAMESPACE[kind].file}`, 'r');
}

/** Keeps the calling thread's namespace alive as a file that other processes of this mount namespace can open. */
export function pinOwnNamespace(kind: NamespaceKind, path: string): void {
  closeSync(openSync(path, 'w'));
  mount(`/proc/thread-self/ns/${NAMESPACE[kind].file}`, path, null, MountFlag.BIND);
}

/** Lets go of what {@link pinOwnNamespace} kept. */
export function unpinNamespace(path: string): void {
  unmount(path);
}

export function setHostname(hostname: string): void {
  check(libc().sethostname(hostname, Buffer.byteLength(hostname)), `set the host name "${hostname}"`);
}

/** @param name as `net/ipv4/ip_forward`; of the calling thread's network */
export function setSysctl(name: string, value: string): void {
  writeFileSync(`/proc/sys/${name}`, value);
}
