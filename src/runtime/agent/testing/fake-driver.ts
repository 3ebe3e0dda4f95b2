import { PassThrough } from 'node:stream';
import type { ContainerSpec, Driver, RunningProcess, Sandbox, SandboxSpec } from '../../drivers/driver.js';

/** A process that does what the test says. */
export class FakeProcess implements RunningProcess {
  readonly pid = 1;
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly exited: Promise<{ exitCode: number; signal?: NodeJS.Signals }>;
  readonly signals: NodeJS.Signals[] = [];
  /** Ends at SIGTERM, as a good program does. */
  obeys = true;
  sizes: [number, number][] = [];
  private resolve!: (end: { exitCode: number; signal?: NodeJS.Signals }) => void;

  constructor(readonly spec: ContainerSpec) {
    this.exited = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  exit(exitCode: number, signal?: NodeJS.Signals): void {
    this.stdout.end();
    this.stderr.end();
    this.resolve(signal ? { exitCode, signal } : { exitCode });
  }

  kill(signal: NodeJS.Signals): void {
    this.signals.push(signal);
    if (signal === 'SIGKILL') this.exit(137, signal);
    else if (this.obeys) this.exit(0);
  }

  resize(columns: number, rows: number): void {
    this.sizes.push([columns, rows]);
  }
}

export class FakeDriver implements Driver {
  /** With `netns` pods get their account's token as files. */
  name: Driver['name'] = 'process';
  readonly sandboxes: FakeSandbox[] = [];
  /** Makes sandboxes fail while it is set. */
  failure: Error | undefined;

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async createSandbox(spec: SandboxSpec): Promise<FakeSandbox> {
    if (this.failure) throw this.failure;
    const sandbox = new FakeSandbox(spec, `10.244.0.${this.sandboxes.length + 2}`);
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  /** The newest process of a container, in the newest pod that has one. */
  process(container: string): FakeProcess {
    const found = this.sandboxes.flatMap(({ started }) => started).filter(({ spec }) => spec.name === container);
    const last = found.at(-1);
    if (!last) throw new Error(`No process of ${container} was started`);
    return last;
  }

  get started(): string[] {
    return this.sandboxes.flatMap(({ started }) => started).map(({ spec }) => spec.name);
  }
}

export class FakeSandbox implements Sandbox {
  readonly started: FakeProcess[] = [];
  readonly execs: (readonly string[])[] = [];
  destroyed = false;
  /** What each exec does; by default it ends well at once. */
  onExec: (process: FakeProcess, command: readonly string[]) => void = (process) => process.exit(0);
  readonly proxyNetwork = { kind: 'loopback', podIP: '127.1.0.2', appIP: '127.2.0.2' } as const;
  readonly proxyMetadata = { INTERCEPTION_MODE: 'NONE' };

  constructor(
    readonly spec: SandboxSpec,
    readonly podIP: string,
  ) {}

  async start(container: ContainerSpec): Promise<FakeProcess> {
    if (container.argv[0] === 'missing') throw new Error('exec: "missing": executable file not found in $PATH');
    const process = new FakeProcess(container);
    this.started.push(process);
    return process;
  }

  async exec(container: ContainerSpec, command: readonly string[]): Promise<FakeProcess> {
    const process = new FakeProcess({ ...container, argv: command });
    this.execs.push(command);
    this.onExec(process, command);
    return process;
  }

  async connect(port: number): Promise<never> {
    throw new Error(`connect ECONNREFUSED 127.0.0.1:${port}`);
  }

  async destroy(): Promise<void> {
    this.destroyed = true;
    for (const process of this.started) process.kill('SIGKILL');
  }
}
