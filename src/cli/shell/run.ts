import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Exit status of a command that a signal ended, as shells count it. */
const SIGNAL_BASE = 128;

export interface ShellRun {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** Runs a shell on this terminal. @returns its exit code */
export function runShell({ file, args, env }: ShellRun): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: 'inherit' });
    // The terminal sends these to both; they are the shell's, and this process must live to tidy up after it.
    const ignore = (): void => {};
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on('SIGINT', ignore).on('SIGQUIT', ignore).on('SIGTERM', forward).on('SIGHUP', forward);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore).off('SIGQUIT', ignore).off('SIGTERM', forward).off('SIGHUP', forward);
      resolve(code ?? SIGNAL_BASE + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
