import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { Readable, type Writable } from 'node:stream';
import { RuntimeError } from '../../errors.js';
import type { RunningProcess } from '../driver.js';
import { resizeTerminal, withTerminal } from './terminal.js';

export interface SpawnOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  readonly tty: boolean;
  /** Words before the command; see Reaper.prefix. */
  readonly prefix: readonly string[];
}

/** A process with a session and group of its own, so that it and its children are signalled together. */
export class ContainerProcess implements RunningProcess {
  readonly pid: number;
  readonly stdin: Writable | null;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exited: Promise<{ exitCode: number; signal?: NodeJS.Signals }>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly tty: boolean,
  ) {
    this.pid = child.pid!;
    this.stdin = child.stdin;
    this.stdout = child.stdout!;
    this.stderr = tty ? Readable.from([]) : child.stderr!;
    child.stdin?.on('error', () => {});
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        // What it left behind in its group would keep the output open.
        this.signalGroup('SIGKILL');
        resolve(signal ? { exitCode: 128 + constants.signals[signal], signal } : { exitCode: code ?? 0 });
      });
    });
  }

  /** Resolves once the program runs. */
  static async spawn(argv: readonly string[], options: SpawnOptions): Promise<ContainerProcess> {
    const command = options.tty ? withTerminal(argv) : argv;
    const [program, ...args] = [...options.prefix, ...command];
    const child = spawn(program!, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: [options.stdin || options.tty ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    });
    try {
      await once(child, 'spawn');
    } catch (cause) {
      throw new RuntimeError('SPAWN_FAILED', `Cannot start ${argv[0]} in ${options.cwd}: ${(cause as Error).message}`);
    }
    return new ContainerProcess(child, options.tty);
  }

  kill(signal: NodeJS.Signals): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.signalGroup(signal);
  }

  resize(columns: number, rows: number): void {
    if (this.tty) void resizeTerminal(this.pid, columns, rows);
  }

  private signalGroup(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // The group is empty already.
    }
  }
}
