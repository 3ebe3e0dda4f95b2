import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Each process of a pod has it in its environment: `INSTANCE/POD-UID`. It stays with children that leave group and session. */
export const MARK_VARIABLE = 'TRYSAIL_SANDBOX';

/** In the driver's folder: the instance of the agent that runs, or of one that was killed. */
const INSTANCE_FILE = 'sandboxes.instance';
const INSTANCE = /^[0-9a-f]{16}$/;

/** New processes may be forked while the old ones are being killed; a few passes catch them. */
const PASSES_MAX = 10;

/** Waits for the end of its standard input, which is the end of the agent however it came, and kills what carries the mark. */
const WATCH_SCRIPT = `
cat >/dev/null
pass=0
while [ $pass -lt ${PASSES_MAX} ]; do
  found=$(grep -Fls "${MARK_VARIABLE}=$1/" /proc/[0-9]*/environ 2>/dev/null)
  [ -z "$found" ] && exit 0
  for file in $found; do pid=\${file#/proc/}; kill -KILL "\${pid%/environ}" 2>/dev/null; done
  pass=$((pass + 1))
done
`;

/** Makes sure that no process of a pod outlives the agent, even after `kill -9` of the agent. */
export class Reaper {
  private readonly watcher: ChildProcess;
  /** Words before a command that make the kernel kill it with the agent; none where setpriv is missing. */
  readonly prefix: readonly string[];

  /**
   * Ends first what an earlier agent had started, and nobody ended: its watcher may have been killed with it.
   * @param folder of the driver, where the next agent finds what this one has started
   */
  static async start(folder: string): Promise<Reaper> {
    await endStarted(folder);
    // Random, so that two meshes do not reap each other's pods.
    const instance = randomBytes(8).toString('hex');
    await writeFile(path.join(folder, INSTANCE_FILE), instance, { mode: 0o600 });
    return new Reaper(instance, folder);
  }

  private constructor(
    private readonly instance: string,
    private readonly folder: string,
  ) {
    // A session of its own, so that a signal to the agent's group does not end the watcher before it has watched.
    this.watcher = spawn('/bin/sh', ['-c', WATCH_SCRIPT, 'trysail-reaper', instance], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { PATH: process.env['PATH'] },
    });
    this.watcher.on('error', () => {});
    this.watcher.stdin?.on('error', () => {});
    this.watcher.unref();
    this.prefix = parentDeathPrefix();
  }

  mark(uid: string): string {
    return `${this.instance}/${uid}`;
  }

  /** Kills what is left of one pod, wherever its processes have moved themselves. */
  sweep(uid: string): Promise<void> {
    return killMarked((value) => value === this.mark(uid));
  }

  async stop(): Promise<void> {
    if (this.watcher.exitCode === null && this.watcher.signalCode === null) {
      const ended = once(this.watcher, 'exit');
      this.watcher.ref();
      this.watcher.stdin?.end();
      await ended;
    }
    await endStarted(this.folder);
  }
}

/** Ends what an agent with this folder started and could not end itself. Does nothing where there is nothing. */
export async function endStarted(folder: string): Promise<void> {
  const file = path.join(folder, INSTANCE_FILE);
  const instance = await readFile(file, 'utf8').catch(() => '');
  if (INSTANCE.test(instance)) await killMarked((value) => value.startsWith(`${instance}/`));
  await rm(file, { force: true });
}

function parentDeathPrefix(): readonly string[] {
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--'];
  return spawnSync(prefix[0]!, [...prefix.slice(1), 'true'], { stdio: 'ignore' }).status === 0 ? prefix : [];
}

async function killMarked(isWanted: (value: string) => boolean): Promise<void> {
  for (let pass = 0; pass < PASSES_MAX; pass++) {
    const pids = await markedProcesses(isWanted);
    if (pids.length === 0) return;
    for (const pid of pids) killQuietly(pid);
  }
}

/** @param isWanted told the value of {@link MARK_VARIABLE} */
async function markedProcesses(isWanted: (value: string) => boolean): Promise<number[]> {
  const prefix = `${MARK_VARIABLE}=`;
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const matches = await Promise.all(
    names.map(async (name) => {
      const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
      const mark = environment.split('\0').find((entry) => entry.startsWith(prefix));
      return mark !== undefined && isWanted(mark.slice(prefix.length)) ? Number(name) : 0;
    }),
  );
  return matches.filter((pid) => pid !== 0);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}
