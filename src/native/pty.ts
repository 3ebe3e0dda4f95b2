import { constants, openSync } from 'node:fs';
import { check, libc } from './libc.js';

const TIOCSPTLCK = 0x40045431;
const TIOCGPTPEER = 0x5441;
const TIOCSWINSZ = 0x5414;
const O_RDWR_NOCTTY_CLOEXEC = constants.O_RDWR | constants.O_NOCTTY | 0o2000000;

export interface Pseudoterminal {
  /** Our end: what is written to it the program reads. */
  readonly master: number;
  /** The program's end. */
  readonly slave: number;
}

/** @param multiplexer `/dev/ptmx` or that of a devpts instance */
export function openPseudoterminal(multiplexer: string): Pseudoterminal {
  const master = openSync(multiplexer, O_RDWR_NOCTTY_CLOEXEC);
  check(libc().ioctl(master, TIOCSPTLCK, Buffer.alloc(4)), 'unlock a pseudoterminal');
  // By descriptor, not by the name of the slave: that belongs to whatever devpts is mounted where the caller is.
  const slave = check(libc().ioctlNumber(master, TIOCGPTPEER, O_RDWR_NOCTTY_CLOEXEC), 'open a pseudoterminal');
  return { master, slave };
}

/** The program in it gets SIGWINCH. */
export function resizeTerminal(master: number, columns: number, rows: number): void {
  const size = Buffer.alloc(8);
  size.writeUInt16LE(rows, 0);
  size.writeUInt16LE(columns, 2);
  check(libc().ioctl(master, TIOCSWINSZ, size), 'resize a pseudoterminal');
}
