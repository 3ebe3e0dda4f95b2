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

/** All processes whose environment names `folder`: the whole of one mesh, its pods included. */
export function processesOf(folder: string): ProcessUse[] {
  const found: ProcessUse[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)) continue;
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean);
      found.push({ pid: Number(pid), name: nameOf(words), pss_kb: pssOf(pid), cpu_ms: cpuOf(pid) });
    } catch {
      // Ended meanwhile.
    }
  }
  return found;
}

function nameOf(words: readonly string[]): string {
  const script = words.find((word) => /\.[cm]?js$/.test(word));
  const rest = script ? words.slice(words.indexOf(script)) : words;
  return rest
    .slice(0, 2)
    .map((word) => word.split('/').pop())
    .join(' ');
}

function pssOf(pid: string): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
}

function cpuOf(pid: string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * CLOCK_TICK_MS;
}
