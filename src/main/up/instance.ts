import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { codeOf, messageOf, TrysailError } from '../../base/errors.js';
import type { MeshStatus } from '../../cli/launcher.js';
import { identify, isAlive, type ProcessIdentity } from './process-identity.js';

/** The path of a Unix socket must fit into sockaddr_un, which has 108 bytes. */
const SOCKET_PATH_BYTES_MAX = 100;

/** No claim takes that long. */
const CLAIM_MS_MAX = 5_000;

interface InstanceRecord {
  readonly control: ProcessIdentity;
  readonly node?: ProcessIdentity;
  readonly status?: MeshStatus;
  /** The folder was made for this run alone (`--ephemeral`), and goes with it. */
  readonly temporary?: boolean;
}

/** The files of one mesh on this machine, and which processes run it. */
export class Instance {
  constructor(
    readonly name: string,
    readonly folder: string,
  ) {}

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /**
   * Takes the mesh for this process.
   * @returns the node process that an earlier, killed control plane left behind
   * @throws TrysailError ALREADY_RUNNING
   */
  claim(): ProcessIdentity | undefined {
    makeStateFolder(this.folder);
    return this.alone(() => {
      const record = this.read();
      if (record && isAlive(record.control) && record.control.pid !== process.pid) {
        throw this.taken(`runs already (process ${record.control.pid})`);
      }
      const { node, temporary } = record ?? {};
      this.write({ control: identify(process.pid), ...(node && { node }), ...(temporary && { temporary }) });
      return node;
    });
  }

  /** Two that start in the same moment must not both find the place free. */
  private alone<T>(body: () => T): T {
    const lock = this.path('claim');
    try {
      mkdirSync(lock);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      if (Date.now() - statSync(lock).mtimeMs < CLAIM_MS_MAX) throw this.taken('is being started by another process');
      // Its owner was killed in the few milliseconds that a claim takes.
    }
    try {
      return body();
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }

  private taken(how: string): TrysailError {
    return new TrysailError(
      'ALREADY_RUNNING',
      `a mesh named "${this.name}" ${how}`,
      'See `trysail status`, end it with `trysail down`, or give this one another name with --name.',
    );
  }

  /** Remembers which process is the node, so that it can be ended even when the control plane was killed. */
  setNode(node: ProcessIdentity): void {
    this.update({ node });
  }

  setStatus(status: MeshStatus): void {
    this.update({ status });
  }

  setTemporary(temporary: boolean): void {
    this.update({ temporary });
  }

  /** The record of a mesh that was started, running or not. */
  read(): InstanceRecord | undefined {
    try {
      return JSON.parse(readFileSync(this.recordPath, 'utf8')) as InstanceRecord;
    } catch {
      return undefined;
    }
  }

  release(): void {
    rmSync(this.recordPath, { force: true });
    rmSync(this.runFolder, { recursive: true, force: true });
    // A shell that was killed leaves its folder behind.
    rmSync(this.path('shells'), { recursive: true, force: true });
  }

  /** The folder itself, with the one above it if that has nothing else. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
    try {
      rmdirSync(dirname(this.folder));
    } catch {
      // Another mesh is there.
    }
  }

  /** Sockets and other things that end with the processes; short enough for a socket's path. */
  get runFolder(): string {
    const own = this.path('run');
    if (join(own, 'agent-0.sock').length <= SOCKET_PATH_BYTES_MAX) return own;
    const short = createHash('sha256').update(this.folder).digest('hex').slice(0, 16);
    return join(tmpdir(), `trysail-${userInfo().uid}-${short}`);
  }

  makeRunFolder(): void {
    rmSync(this.runFolder, { recursive: true, force: true });
    mkdirSync(this.runFolder, { recursive: true, mode: 0o700 });
  }

  private update(change: Partial<InstanceRecord>): void {
    const record = this.read() ?? { control: identify(process.pid) };
    this.write({ ...record, ...change });
  }

  private write(record: InstanceRecord): void {
    const draft = `${this.recordPath}.new`;
    writeFileSync(draft, JSON.stringify(record, null, 2), { mode: 0o600 });
    // Whole or not at all: half a record would hide a node that still runs.
    renameSync(draft, this.recordPath);
  }

  private get recordPath(): string {
    return this.path('instance.json');
  }
}

/** @throws TrysailError STATE_FOLDER */
export function makeStateFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new TrysailError(
      'STATE_FOLDER',
      `cannot write to the state folder ${folder}: ${codeOf(error) ?? messageOf(error)}`,
      'Set XDG_STATE_HOME to a folder of yours.',
      { cause: error },
    );
  }
}
