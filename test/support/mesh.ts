import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandResult, command } from './command.js';
import { repositoryRoot } from './repository.js';

/** The `nobody` of every Linux: an ordinary user without rights or a home. */
const ORDINARY_USER = { uid: 65534, gid: 65534 };
const UP_TIMEOUT_MS = 60_000;

export interface MeshOptions {
  readonly driver: 'netns' | 'process';
  /** `user`: as an ordinary user, which only a test run as root can do beside `self`. */
  readonly as: 'self' | 'user';
  readonly upArguments?: readonly string[];
}

/** What `trysail status -o json` says; see docs/commands.md. */
export interface MeshStatus {
  readonly kubeconfig: string;
  readonly ingress: string;
  readonly console: string;
  readonly driver: string;
}

/** A mesh of its own for one test file: own state folder, own ports, everything gone after `down`. */
export class Mesh {
  private constructor(
    readonly folder: string,
    readonly env: NodeJS.ProcessEnv,
    readonly user: { uid: number; gid: number } | undefined,
    readonly status: MeshStatus,
  ) {}

  static async start(options: MeshOptions): Promise<Mesh> {
    const folder = mkdtempSync(join(tmpdir(), 'trysail-test-'));
    const user = options.as === 'user' ? ORDINARY_USER : undefined;
    if (user) chownSync(folder, user.uid, user.gid);
    chmodSync(folder, 0o700);
    const { KUBECONFIG: _, ...inherited } = process.env;
    const env = { ...inherited, HOME: folder, XDG_STATE_HOME: join(folder, 'state'), TRYSAIL_NO_PREPARE: '1' };
    const common = { env, ...(user ? { user } : {}) };
    const up = await trysail(
      [
        'up',
        '--detach',
        '--driver',
        options.driver,
        '--ingress-port',
        '0',
        '--api-port',
        '0',
        ...(options.upArguments ?? []),
      ],
      { ...common, timeout_ms: UP_TIMEOUT_MS },
    );
    if (up.status !== 0) {
      const logs = logsBelow(folder);
      rmSync(folder, { recursive: true, force: true });
      assert.fail(`trysail up failed with ${up.status}\n${up.stdout}${up.stderr}\n${logs}`);
    }
    const status = await trysail(['status', '-o', 'json'], common);
    assert.equal(status.status, 0, status.stderr);
    return new Mesh(folder, env, user, JSON.parse(status.stdout) as MeshStatus);
  }

  /** `trysail ARGS`, in this mesh, as its user. */
  trysail(args: readonly string[], input?: string): Promise<CommandResult> {
    return trysail(args, { ...this.common(), ...(input === undefined ? {} : { input }) });
  }

  /** A line as a person would paste it into `trysail shell`. */
  async shell(line: string, options: { cwd?: string; fails?: boolean; timeout_ms?: number } = {}): Promise<string> {
    const result = await trysail(['shell', '--namespace', 'istio-tutorial', '-c', line], {
      ...this.common(),
      ...options,
    });
    if (options.fails) assert.notEqual(result.status, 0, `should have failed: ${line}\n${result.stdout}`);
    else assert.equal(result.status, 0, `failed with ${result.status}: ${line}\n${result.stdout}${result.stderr}`);
    return options.fails ? result.stderr : result.stdout;
  }

  /** Ends the mesh and checks that nothing of it is left: no process, no mount, no file outside its state folder. */
  async stop(): Promise<void> {
    const down = await trysail(['down'], this.common());
    const left = leftOf(this.folder);
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(this.folder));
    rmSync(this.folder, { recursive: true, force: true });
    assert.equal(down.status, 0, `trysail down failed\n${down.stdout}${down.stderr}`);
    assert.deepEqual(left, [], 'processes left behind by trysail down');
    assert.deepEqual(mounts, [], 'mounts left behind by trysail down');
  }

  /** The logs of all processes, for the message of a failed test. */
  logs(): string {
    return logsBelow(this.folder);
  }

  private common(): { env: NodeJS.ProcessEnv; user?: { uid: number; gid: number } } {
    return { env: this.env, ...(this.user ? { user: this.user } : {}) };
  }
}

function trysail(args: readonly string[], options: Parameters<typeof command>[2]): Promise<CommandResult> {
  return command(process.execPath, [join(repositoryRoot(), 'bin', 'trysail.js'), ...args], options);
}

/** The processes of the meshes below a folder, `PID COMMAND`: each carries its state folder in its environment. */
export function leftOf(folder: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)) continue;
      found.push(`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`);
    } catch {
      // Ended meanwhile, or somebody else's.
    }
  }
  return found;
}

function logsBelow(folder: string): string {
  let text = '';
  try {
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.log') || /(^|\/)logs\//.test(name)) continue;
      text += `--- ${name}\n${readFileSync(join(folder, name), 'utf8').split('\n').slice(-40).join('\n')}\n`;
    }
  } catch {
    // The folder may be half made; what could be read is enough.
  }
  return text;
}
