import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock } from '../../base/clock.js';
import { TrysailError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { LogicalProxySpec, ProxyHost } from '../../runtime/agent/proxy-host.js';
import type { FromProxy, ToProxy } from './messages.js';

/** After a crash: doubles up to the largest, and starts over once the process has lived that long. */
const RESTART_DELAY_MIN_MS = 100;
const RESTART_DELAY_MAX_MS = 10_000;

interface Waiting {
  resolve(): void;
  reject(error: Error): void;
}

export interface ChildProxyHostOptions {
  /** The command that runs the proxy process; it must speak {@link ToProxy} and {@link FromProxy} over IPC. */
  readonly argv: readonly [string, ...string[]];
  /** Descriptor of the file that takes what the process itself prints. */
  readonly logFd: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The node's proxy as a child process of the agent, started again when it ends by itself. */
export class ChildProxyHost implements ProxyHost {
  private child: ChildProcess;
  private startedAt_ms = 0;
  private restartDelay_ms = RESTART_DELAY_MIN_MS;
  private stopping = false;
  private readonly adding = new Map<string, Waiting>();
  private readonly removing = new Map<string, Waiting>();
  /** One of each node. */
  private readonly logListeners: ((id: string, line: string) => void)[] = [];
  private readonly lostListeners: (() => void)[] = [];

  constructor(private readonly options: ChildProxyHostOptions) {
    this.child = this.spawn();
  }

  add(spec: LogicalProxySpec): Promise<void> {
    return this.ask(this.adding, spec.id, { type: 'add', spec });
  }

  remove(id: string, drain_ms: number): Promise<void> {
    return this.ask(this.removing, id, { type: 'remove', id, drain_ms });
  }

  onLog(listener: (id: string, line: string) => void): void {
    this.logListeners.push(listener);
  }

  onLost(listener: () => void): void {
    this.lostListeners.push(listener);
  }

  /** Ends the process for good. */
  async stop(): Promise<void> {
    this.stopping = true;
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }

  private ask(waiting: Map<string, Waiting>, id: string, message: ToProxy): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.get(id)?.reject(new TrysailError('SUPERSEDED', `proxy ${id}: asked again`));
      waiting.set(id, { resolve, reject });
      this.child.send(message, (error) => {
        if (!error) return;
        waiting.delete(id);
        reject(new TrysailError('PROXY_LOST', `proxy process cannot be reached: ${error.message}`));
      });
    });
  }

  private spawn(): ChildProcess {
    const [file, ...args] = this.options.argv;
    this.startedAt_ms = this.options.clock.monotonic_ms();
    const child = spawn(file, args, { stdio: ['ignore', this.options.logFd, this.options.logFd, 'ipc'] });
    child.on('message', (message) => this.take(message as FromProxy));
    child.once('error', (error) => this.options.logger.error('proxy process cannot start', { error: error.message }));
    child.once('exit', (code, signal) => this.ended(code ?? signal ?? 'unknown'));
    return child;
  }

  private take(message: FromProxy): void {
    switch (message.type) {
      case 'ready':
        this.settle(this.adding, message.id);
        break;
      case 'removed':
        this.settle(this.removing, message.id);
        break;
      case 'failed':
        this.settle(this.adding, message.id, new TrysailError('PROXY_FAILED', message.message));
        break;
      case 'log':
        for (const listener of this.logListeners) listener(message.id, message.line);
        break;
    }
  }

  private settle(waiting: Map<string, Waiting>, id: string, error?: Error): void {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error) one?.reject(error);
    else one?.resolve();
  }

  private ended(how: number | string): void {
    for (const id of [...this.adding.keys()]) {
      this.settle(this.adding, id, new TrysailError('PROXY_LOST', `proxy process ended (${how})`));
    }
    // What was to be removed is gone with its process.
    for (const id of [...this.removing.keys()]) this.settle(this.removing, id);
    if (this.stopping) return;
    this.options.logger.error('proxy process ended; starting it again', { how });
    const lived_ms = this.options.clock.monotonic_ms() - this.startedAt_ms;
    if (lived_ms > RESTART_DELAY_MAX_MS) this.restartDelay_ms = RESTART_DELAY_MIN_MS;
    this.options.clock.setTimer(this.restartDelay_ms, () => {
      if (this.stopping) return;
      this.child = this.spawn();
      for (const listener of this.lostListeners) listener();
    });
    this.restartDelay_ms = Math.min(this.restartDelay_ms * 2, RESTART_DELAY_MAX_MS);
  }
}
