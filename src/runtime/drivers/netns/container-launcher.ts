import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, closeSync, constants, existsSync, fchownSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  changeRoot,
  enterNamespace,
  type NamespaceKind,
  openOwnNamespace,
  openPseudoterminal,
  returnToNamespaces,
  unshareFilesystemState,
  unshareNamespaces,
} from '../../../native/index.js';
import { RuntimeError } from '../../errors.js';
import { helperCommand } from './helper-programs.js';
import { POD_NAMESPACES } from './pod-network.js';
import { buildRootfs, type RootfsSpec } from './rootfs.js';

export interface ProgramSpec {
  /** Names the process in exit events. */
  readonly key: number;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  /** Arguments of setpriv(1): as whom it runs, and what it may not; none: as root with all rights. */
  readonly privileges: readonly string[];
  /** Owner of its output, which a program may open again as /dev/stdout. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

export interface StartRequest {
  /** Folder of the pod's namespaces. */
  readonly folder: string;
  readonly rootfs: RootfsSpec;
  readonly program: ProgramSpec;
  /** Descriptors for the program's stdin (absent: it has none), stdout and stderr; or a new terminal. */
  readonly streams: readonly [number | undefined, number, number] | 'terminal';
}

export interface ExecRequest {
  /** The container's first process. */
  readonly pid: number;
  readonly program: ProgramSpec;
  /** Descriptors for stdin, stdout, stderr; or a new terminal. */
  readonly streams: readonly [number, number, number] | 'terminal';
}

export interface ExecResult {
  readonly pid: number;
  /** Our end of the terminal. */
  readonly terminal?: number;
}

const ALL_NAMESPACES: readonly NamespaceKind[] = ['net', 'uts', 'ipc', 'mnt', 'pid'];

/**
 * Starts processes from a worker thread that first enters their namespaces: what it spawns is born there. No helper program runs
 * but `unshare`, which mounts /proc and becomes the container's command, process 1 of its PID namespace.
 */
export class ContainerLauncher {
  private readonly home = new Map<NamespaceKind, number>();

  /** @param onExit called when a started process ended */
  constructor(private readonly onExit: (key: number, code: number | null, signal: NodeJS.Signals | null) => void) {}

  start(request: StartRequest): ExecResult {
    return this.away(() => {
      unshareNamespaces(['mnt']);
      for (const kind of POD_NAMESPACES) enterFile(join(request.folder, kind), kind);
      changeRoot(buildRootfs(request.rootfs));
      const argv = privileged(request.program, this.checked(request.program));
      unshareNamespaces(['pid']);
      const program = [...helperCommand('unshare'), '--mount-proc', '--', ...argv];
      if (request.streams === 'terminal') return this.spawnWithTerminal(request.program, program);
      const { owner } = request.program;
      if (owner) for (const fd of request.streams) if (fd !== undefined) fchownSync(fd, owner.uid, owner.gid);
      const [input = 'ignore' as const, ...outputs] = request.streams;
      return { pid: this.spawn(request.program, program, [input, ...outputs]) };
    });
  }

  exec(request: ExecRequest): ExecResult {
    return this.away(() => {
      // All are opened first: behind another mount namespace this /proc is gone.
      const open = ALL_NAMESPACES.map((kind) => ({ kind, fd: openNamespaceOf(request.pid, kind) }));
      try {
        for (const { kind, fd } of open) enterNamespace(fd, kind);
      } finally {
        for (const { fd } of open) closeSync(fd);
      }
      const argv = privileged(request.program, this.checked(request.program));
      const { owner } = request.program;
      if (request.streams !== 'terminal') {
        if (owner) for (const fd of request.streams) fchownSync(fd, owner.uid, owner.gid);
        return { pid: this.spawn(request.program, argv, request.streams) };
      }
      return this.spawnWithTerminal(request.program, argv);
    });
  }

  private spawnWithTerminal(program: ProgramSpec, argv: readonly string[]): ExecResult {
    const { master, slave } = openPseudoterminal('/dev/ptmx');
    try {
      const command = [...helperCommand('setsid'), '-c', ...argv];
      return { pid: this.spawn(program, command, [slave, slave, slave], false), terminal: master };
    } catch (error) {
      closeSync(master);
      throw error;
    } finally {
      closeSync(slave);
    }
  }

  /** Runs `work` wherever it takes the thread, and takes the thread home. `work` is synchronous. */
  away<R>(work: () => R): R {
    if (this.home.size === 0) this.settle();
    try {
      return work();
    } finally {
      returnToNamespaces(this.home);
    }
  }

  private settle(): void {
    unshareFilesystemState();
    unshareNamespaces(POD_NAMESPACES);
    for (const kind of ALL_NAMESPACES) this.home.set(kind, openOwnNamespace(kind));
  }

  /** Says what `execve` would, before anything runs, in the words that Kubernetes users search for. */
  private checked(program: ProgramSpec): readonly string[] {
    const [name = ''] = program.argv;
    if (!existsSync(program.workingDir)) {
      throw new RuntimeError(
        'WORKING_DIR_MISSING',
        `The working directory "${program.workingDir}" does not exist in the image`,
      );
    }
    const folders = (program.env['PATH'] ?? '').split(':');
    const paths = name.includes('/') ? [join(program.workingDir, name)] : folders.map((folder) => join(folder, name));
    const candidates = name.startsWith('/') ? [name] : paths;
    if (candidates.some(isProgram)) return program.argv;
    const problem = name.includes('/') ? 'no such file or directory' : 'executable file not found in $PATH';
    throw new RuntimeError('PROGRAM_NOT_FOUND', `exec: "${name}": ${problem}`);
  }

  private spawn(
    program: ProgramSpec,
    argv: readonly string[],
    stdio: readonly ('ignore' | number)[],
    detached = true,
  ): number {
    const child: ChildProcess = spawn(argv[0] as string, argv.slice(1), {
      cwd: program.workingDir,
      env: program.env,
      stdio: [...stdio],
      detached,
    });
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = error;
    });
    if (child.pid === undefined) {
      throw new RuntimeError(
        'START_FAILED',
        `Cannot start ${program.argv[0]}: ${failure?.message ?? 'the kernel refused'}`,
      );
    }
    child.once('exit', (code, signal) => this.onExit(program.key, code, signal));
    return child.pid;
  }
}

/** The program's command line behind the one that takes rights away. */
function privileged({ privileges }: ProgramSpec, argv: readonly string[]): readonly string[] {
  return privileges.length === 0 ? argv : [...helperCommand('setpriv'), ...privileges, '--', ...argv];
}

function openNamespaceOf(pid: number, kind: NamespaceKind): number {
  return openSync(`/proc/${pid}/ns/${kind}`, 'r');
}

function enterFile(path: string, kind: NamespaceKind): void {
  const fd = openSync(path, 'r');
  try {
    enterNamespace(fd, kind);
  } finally {
    closeSync(fd);
  }
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
