import { readFileSync } from 'node:fs';
import { platform } from 'node:os';

/** A process that a file can name: a number alone may since belong to another. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Kernel's start time in clock ticks since boot, where the system tells it. */
  readonly startTicks?: string;
}

export function identify(pid: number): ProcessIdentity {
  const startTicks = startTicksOf(pid);
  return startTicks === undefined ? { pid } : { pid, startTicks };
}

export function isAlive(process_: ProcessIdentity): boolean {
  try {
    process.kill(process_.pid, 0);
  } catch {
    return false;
  }
  return process_.startTicks === undefined || startTicksOf(process_.pid) === process_.startTicks;
}

/** Direct children, oldest first; Linux alone tells. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

/**
 * Ends a process: SIGTERM, and SIGKILL when it has not ended within `grace_ms`. Resolves when it is gone. The first of a
 * namespace's processes misses signals that it does not handle yet, so SIGTERM is sent until it is heard.
 */
export async function endProcess(target: ProcessIdentity, grace_ms: number, termPid = target.pid): Promise<void> {
  if (!isAlive(target)) return;
  for (let waited_ms = 0; waited_ms < grace_ms; waited_ms += TERM_REPEAT_MS) {
    signal(termPid, 'SIGTERM');
    if (await goneWithin(target, TERM_REPEAT_MS)) return;
  }
  signal(target.pid, 'SIGKILL');
  await goneWithin(target, KILL_WAIT_MS);
}

const KILL_WAIT_MS = 5_000;
const TERM_REPEAT_MS = 250;
const POLL_MS = 10;

async function goneWithin(target: ProcessIdentity, within_ms: number): Promise<boolean> {
  for (let waited_ms = 0; waited_ms < within_ms; waited_ms += POLL_MS) {
    if (!isAlive(target)) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return !isAlive(target);
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Ended meanwhile.
  }
}

function startTicksOf(pid: number): string | undefined {
  if (platform() !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // A zombie has ended; only its parent has not asked yet.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** The name of a process' program; empty where it is gone or the system does not tell. */
export function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}
