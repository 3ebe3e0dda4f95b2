import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessUse {
  readonly pid: number;
  readonly name: string;
  /** Proportional set size in kB: shared pages divided among those who share them. */
  readonly pss_kb: number;
  /** User and system time in milliseconds since its start. */
  readonly cpu_ms: number;
}

/** Linux' USER_HZ: what /proc counts in, on every architecture that Node runs on. */
const CLOCK_TICK_MS = 10;

/** The whole of one mesh: the processes whose environment names `folder`, and all below them, which are its pods. */
export function processesOf(folder: string): ProcessUse[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const members = new Set(pids.filter((pid) => readProc(pid, 'environ').includes(folder)));
  const parents = new Map(pids.map((pid) => [pid, /\) \S (\d+)/.exec(readProc(pid, 'stat'))?.[1] ?? '']));
  for (let grown = true; grown; ) {
    grown = false;
    for (const [pid, parent] of parents) {
      if (members.has(pid) || !members.has(parent)) continue;
      members.add(pid);
      grown = true;
    }
  }
  return [...members].flatMap((pid) => {
    const words = readProc(pid, 'cmdline').split('\0').filter(Boolean);
    if (words.length === 0) return [];
    return [{ pid: Number(pid), name: nameOf(words), pss_kb: pssOf(pid), cpu_ms: cpuOf(pid) }];
  });
}

/** Empty where the process has ended meanwhile. */
function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function nameOf(words: readonly string[]): string {
  const script = words.find((word) => /\.[cm]?js$/.test(word)) ?? words[0] ?? '';
  return script.split('/').slice(-2).join('/');
}

function pssOf(pid: string): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readProc(pid, 'smaps_rollup'))?.[1] ?? 0);
}

function cpuOf(pid: string): number {
  const stat = readProc(pid, 'stat');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}
