import { check, libc } from './libc.js';

const RLIMIT_NOFILE = 7;

/** Raises this process's soft limit of open files to the hard one. @returns the limit now */
export function raiseOpenFileLimit(): number {
  const limits = Buffer.alloc(16);
  check(libc().getrlimit(RLIMIT_NOFILE, limits), 'read the limit of open files');
  limits.copy(limits, 0, 8, 16);
  check(libc().setrlimit(RLIMIT_NOFILE, limits), 'raise the limit of open files');
  return Number(limits.readBigUInt64LE(0));
}
