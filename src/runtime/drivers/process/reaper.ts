import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';

/** Each process of a pod has it in its environment: `INSTANCE/POD-UID`. It stays with children that leave group and session. */
export const MARK_VARIABLE = 'TRYSAIL_SANDBOX';

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

  /** @param instance random, so that two meshes do not reap each other's pods */
  constructor(private readonly instance: string) {
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
  async sweep(uid: string): Promise<void> {
    const wanted = `${MARK_VARIABLE}=${this.mark(uid)}`;
    for (let pass = 0; pass < PASSES_MAX; pass++) {
      const pids = await processesWith(wanted);
      if (pids.length === 0) return;
      for (const pid of pids) killQuietly(pid);
    }
  }

  async stop(): Promise<void> {
    if (this.watcher.exitCode !== null || this.watcher.signalCode !== null) return;
    const ended = once(this.watcher, 'exit');
    this.watcher.ref();
    this.watcher.stdin?.end();
    await ended;
  }
}

function parentDeathPrefix(): readonly string[] {
  const prefix = ['setpriv', '--pdeathsig', 'KILL', '--'];
  return spawnSync(prefix[0]!, [...prefix.slice(1), 'true'], { stdio: 'ignore' }).status === 0 ? prefix : [];
}

async function processesWith(entry: string): Promise<number[]> {
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const matches = await Promise.all(
    names.map(async (name) => {
      const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '');
      return environment.split('\0').includes(entry) ? Number(name) : 0;
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
