import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Clock } from '../../../base/clock.js';

/** Signals that end a process which does nothing about them; signal(7). */
const TERMINATING: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
]);

/** When to look whether a handler gave up; the first is usually enough. */
const RECHECKS_MS = [5, 20, 80, 320];

/**
 * Sends `signal` to the first process of a PID namespace as if it were any process. The kernel drops signals that such a process
 * has no handler for, so a program that never thought of SIGTERM would live on until the grace period's end. Node is one: its own
 * handler restores the terminal, resets itself and raises the signal again, in vain. So where the default action is or becomes
 * what is to happen, it is done by SIGKILL. An init process in between would do the same for one more process a container, and
 * the program would not be process 1, as it is under Kubernetes.
 * @param onReplaced called when SIGKILL ends the process in place of `signal`
 */
export function signalFirstProcess(pid: number, signal: NodeJS.Signals, clock: Clock, onReplaced: () => void): void {
  if (!TERMINATING.has(signal)) {
    process.kill(pid, signal);
    return;
  }
  if (killDefaulted(pid, signal, onReplaced)) return;
  process.kill(pid, signal);
  for (const delay_ms of RECHECKS_MS) {
    clock.setTimer(delay_ms, () => {
      try {
        killDefaulted(pid, signal, onReplaced);
      } catch {
        // It ended.
      }
    });
  }
}

function killDefaulted(pid: number, signal: NodeJS.Signals, onReplaced: () => void): boolean {
  if (!hasDefaultAction(pid, signal)) return false;
  onReplaced();
  process.kill(pid, 'SIGKILL');
  return true;
}

function hasDefaultAction(pid: number, signal: NodeJS.Signals): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bit = 1n << BigInt(constants.signals[signal] - 1);
  return ['SigCgt', 'SigIgn', 'SigBlk'].every((field) => (mask(status, field) & bit) === 0n);
}

function mask(status: string, field: string): bigint {
  return BigInt(`0x${new RegExp(`^${field}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1] ?? '0'}`);
}
