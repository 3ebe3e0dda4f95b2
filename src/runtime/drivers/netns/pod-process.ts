import { Socket } from 'node:net';
import { constants } from 'node:os';
import { Readable, type Writable } from 'node:stream';
import { ReadStream } from 'node:tty';
import type { Clock } from '../../../base/clock.js';
import { codeOf } from '../../../base/errors.js';
import { resizeTerminal } from '../../../native/index.js';
import type { RunningProcess } from '../driver.js';
import type { ContainerGroup } from './cgroups.js';
import type { Exit } from './node-thread.js';
import { signalFirstProcess } from './signals.js';

type ExitStatus = Awaited<RunningProcess['exited']>;

export interface PodProcessParts {
  readonly pid: number;
  /** Process 1 of a container. */
  readonly first: boolean;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<Exit>;
  /** Of a container with limits; removed at its end. */
  readonly group?: ContainerGroup;
  readonly clock: Clock;
  /** Absent without a terminal. */
  readonly resize?: (columns: number, rows: number) => void;
}

/** A process in a pod, as the driver's callers see it. */
export class PodProcess implements RunningProcess {
  readonly pid: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<ExitStatus>;
  private ended = false;
  private killedBy: NodeJS.Signals | undefined;

  constructor(private readonly parts: PodProcessParts) {
    this.pid = parts.pid;
    this.stdin = parts.stdin;
    this.stdout = parts.stdout;
    this.stderr = parts.stderr;
    this.exited = parts.exit.then((exit) => this.statusOf(exit));
  }

  kill(signal: NodeJS.Signals): void {
    if (this.ended) return;
    try {
      if (!this.parts.first) process.kill(this.pid, signal);
      else this.signalFirst(signal);
    } catch (error) {
      // It ended, and its exit is on the way.
      if (codeOf(error) !== 'ESRCH' && codeOf(error) !== 'ENOENT') throw error;
    }
  }

  resize(columns: number, rows: number): void {
    this.parts.resize?.(columns, rows);
  }

  private signalFirst(signal: NodeJS.Signals): void {
    signalFirstProcess(this.pid, signal, this.parts.clock, () => {
      this.killedBy ??= signal;
    });
  }

  private statusOf(exit: Exit): ExitStatus {
    this.ended = true;
    const { group } = this.parts;
    const outOfMemory = group?.wasOutOfMemory ? { outOfMemory: true } : {};
    group?.remove();
    return { ...this.endOf(exit), ...outOfMemory };
  }

  private endOf(exit: Exit): ExitStatus {
    if (exit.signal === null) return { exitCode: exit.code ?? 0 };
    const signal = exit.signal === 'SIGKILL' ? (this.killedBy ?? exit.signal) : exit.signal;
    return { exitCode: 128 + constants.signals[signal], signal };
  }
}

/** What a process writes to the pipe of which `fd` is our end. */
export function pipeReader(fd: number): Readable {
  return new Socket({ fd, readable: true, writable: false });
}

/** What a process reads from the pipe of which `fd` is our end. */
export function pipeWriter(fd: number): Writable {
  const writer = new Socket({ fd, readable: false, writable: true });
  // A program that ends without reading its input is no failure.
  writer.on('error', () => {});
  return writer;
}

/** A terminal of which `master` is our end. When its last program ends the kernel answers EIO: the end of the output. */
export function terminalStreams(master: number): Pick<PodProcessParts, 'stdin' | 'stdout' | 'stderr' | 'resize'> {
  const terminal = new ReadStream(master);
  const stdout = new Readable({
    read: () => void terminal.resume(),
    destroy: (_error, done) => {
      terminal.destroy();
      done(null);
    },
  });
  terminal.on('data', (chunk) => {
    if (!stdout.push(chunk)) terminal.pause();
  });
  terminal.on('end', () => stdout.push(null));
  terminal.on('error', () => stdout.push(null));
  const resize = (columns: number, rows: number) => {
    // Its number may be another file's by now.
    if (!terminal.destroyed) resizeTerminal(master, columns, rows);
  };
  return { stdin: terminal, stdout, stderr: Readable.from([]), resize };
}
