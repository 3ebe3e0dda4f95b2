import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in these. */
const TICK_US = 10_000;

/** Microseconds of processor time that a process and its descendants have used. */
export function cpu_us(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + ownCpu_us(one), 0);
}

/** Resident memory of a process and its descendants. */
export function rss_mb(pid: number): number {
  return treeOf(pid).reduce((sum, one) => sum + ownRss_mb(one), 0);
}

function ownCpu_us(pid: number): number {
  const fields = statFields(pid);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_US;
}

function ownRss_mb(pid: number): number {
  const status = readProc(pid, 'status');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

function treeOf(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = Number(statFields(Number(entry))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** Of `/proc/PID/stat`, from the state on; empty when the process has ended. */
function statFields(pid: number): readonly string[] {
  const stat = readProc(pid, 'stat');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}
