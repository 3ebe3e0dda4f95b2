import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { availableParallelism } from 'node:os';

/** The proxy under measurement has a core for itself; what asks it and what answers it share the other. */
export const PROXY_CORE = 0;
export const LOAD_CORE = 1;

const START_ATTEMPTS = 200;
const START_INTERVAL_MS = 50;
const TASKSET = '/usr/bin/taskset';

/** Whether processes can be kept to one core here. */
export function canPin(): boolean {
  return availableParallelism() > 1 && existsSync(TASKSET);
}

/**
 * Starts a program on one core.
 * @param errorFile takes its standard error
 */
export function start(command: readonly string[], core: number, errorFile?: string): ChildProcess {
  return startFree(canPin() ? [TASKSET, '-c', String(core), ...command] : command, errorFile);
}

/** Starts a program on whatever core the system gives it. */
export function startFree(command: readonly string[], errorFile?: string): ChildProcess {
  const errors = errorFile === undefined ? 'inherit' : openSync(errorFile, 'w');
  return spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', errors] });
}

export function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

export async function* readLines(child: ChildProcess): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of child.stdout!) {
    text += String(chunk);
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n')) {
      yield text.slice(0, end);
      text = text.slice(end + 1);
    }
  }
}

export async function firstLine(child: ChildProcess): Promise<string> {
  const { value } = await readLines(child).next();
  return String(value);
}

/** Waits until the program listens. @throws Error when it ended or does not within ten seconds */
export async function waitForPort(port: number, child: ChildProcess): Promise<void> {
  for (let i = 0; i < START_ATTEMPTS; i++) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    if (await isOpen(port)) return;
    await new Promise((resolve) => setTimeout(resolve, START_INTERVAL_MS));
  }
  throw new Error(`nothing listens on port ${port} after ${(START_ATTEMPTS * START_INTERVAL_MS) / 1000} s`);
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** Below those that Linux gives to clients' connections: one of them could take the port before its listener does. */
const PORT_FIRST = 20_000;
const PORT_LAST = 32_000;
let nextPort = PORT_FIRST + (process.pid % (PORT_LAST - PORT_FIRST));

/** @throws Error when none is free */
export async function freePort(): Promise<number> {
  for (let i = PORT_FIRST; i < PORT_LAST; i++) {
    nextPort = nextPort < PORT_LAST ? nextPort + 1 : PORT_FIRST;
    if (await canListen(nextPort)) return nextPort;
  }
  throw new Error(`no free port from ${PORT_FIRST} to ${PORT_LAST}`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
