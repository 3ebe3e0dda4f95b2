import { rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../../base/clock.js';
import { codeOf } from '../../../base/errors.js';
import { unpinNamespace } from '../../../native/index.js';
import { RuntimeError } from '../../errors.js';
import type { ContainerSpec, ProxyNetwork, RunningProcess, Sandbox, SandboxSpec } from '../driver.js';
import { PROXY_MARK } from './capture.js';
import type { Cgroups, ContainerGroup } from './cgroups.js';
import { environmentOf, hostPrograms } from './container-environment.js';
import type { ProgramSpec } from './container-launcher.js';
import { helperFiles, helperPrograms } from './helper-programs.js';
import type { NodeThread } from './node-thread.js';
import { podFiles } from './pod-files.js';
import { POD_NAMESPACES } from './pod-network.js';
import { PodProcess, terminalStreams } from './pod-process.js';
import { privilegesOf } from './privileges.js';
import { streamEnds } from './stream-ends.js';

export interface NetnsSandboxParts {
  readonly spec: SandboxSpec;
  readonly podIP: string;
  /** Holds the pod's namespaces as files. */
  readonly folder: string;
  readonly runDir: string;
  readonly rootless: boolean;
  /** Absent where limits cannot be enforced. */
  readonly cgroups: Cgroups | undefined;
  readonly thread: NodeThread;
  readonly clock: Clock;
  /** Called before the pod's network goes: its services change no more. */
  readonly unserve: () => void;
  /** What this pod's network cannot do. */
  readonly notice: string | undefined;
}

/** One pod's namespaces and the containers in them. */
export class NetnsSandbox implements Sandbox {
  readonly podIP: string;
  readonly proxyNetwork: ProxyNetwork;
  readonly proxyMetadata = { INTERCEPTION_MODE: 'REDIRECT' };
  private readonly containers = new Map<string, RunningProcess>();
  private readonly groups = new Map<RunningProcess, ContainerGroup>();
  private destroyed: Promise<void> | undefined;

  /** @param onDestroyed called when nothing of it is left */
  constructor(
    private readonly parts: NetnsSandboxParts,
    private readonly onDestroyed: () => void,
  ) {
    this.podIP = parts.podIP;
    this.proxyNetwork = { kind: 'netns', path: this.networkPath, podIP: parts.podIP };
  }

  async start(container: ContainerSpec): Promise<RunningProcess> {
    this.checkAlive();
    const { thread, folder } = this.parts;
    const ends = container.tty ? undefined : streamEnds(container.stdin ?? false);
    const { key, exit, forget } = thread.expectExit();
    const request = {
      folder,
      rootfs: this.rootfsOf(container),
      program: this.programOf(container, container.argv, key),
      streams: ends ? ends.theirs : ('terminal' as const),
    };
    const group = container.limits && this.parts.cgroups?.make(container.limits);
    const { pid, terminal } = await thread.operations.run('start', request).catch((error) => {
      forget();
      group?.remove();
      ends?.closeAll();
      throw error;
    });
    addTo(group, pid);
    const running = new PodProcess({
      pid,
      first: true,
      ...(ends ? ends.ours() : terminalStreams(terminal as number)),
      exit,
      clock: this.parts.clock,
      ...(group && { group }),
    });
    this.containers.set(container.name, running);
    if (group) this.groups.set(running, group);
    void running.exited.then(() => {
      this.groups.delete(running);
      if (this.containers.get(container.name) === running) this.containers.delete(container.name);
    });
    return running;
  }

  async exec(
    container: ContainerSpec,
    command: readonly string[],
    options: { readonly tty: boolean },
  ): Promise<RunningProcess> {
    this.checkAlive();
    const beside = this.containers.get(container.name);
    if (!beside) throw new RuntimeError('CONTAINER_NOT_RUNNING', `The container "${container.name}" is not running`);
    const started = await (options.tty
      ? this.execInTerminal(beside.pid, container, command)
      : this.execPiped(beside.pid, container, command));
    addTo(this.groups.get(beside), started.pid);
    return started;
  }

  notices(): readonly string[] {
    return this.parts.notice === undefined ? [] : [this.parts.notice];
  }

  async connect(port: number): Promise<Duplex> {
    this.checkAlive();
    try {
      return await this.connectTo('127.0.0.1', port);
    } catch {
      return this.connectTo(this.podIP, port);
    }
  }

  destroy(): Promise<void> {
    this.destroyed ??= this.tearDown();
    return this.destroyed;
  }

  private get networkPath(): string {
    return join(this.parts.folder, 'net');
  }

  private checkAlive(): void {
    if (!this.destroyed) return;
    throw new RuntimeError('SANDBOX_DESTROYED', `The pod ${this.parts.spec.namespace}/${this.parts.spec.name} is gone`);
  }

  private rootfsOf(container: ContainerSpec) {
    const { runDir, rootless, spec } = this.parts;
    return {
      runDir,
      rootless,
      ...(container.rootfs !== undefined && { image: container.rootfs }),
      files: podFiles(spec, this.podIP),
      mounts: container.mounts,
      programs: container.ownRoot ? {} : hostPrograms(),
      ...(container.ownRoot && { helpers: helperFiles(helperPrograms()) }),
      readOnly: container.readOnlyRoot ?? false,
    };
  }

  private programOf(container: ContainerSpec, argv: readonly string[], key: number): ProgramSpec {
    const mapsUsers = !this.parts.rootless;
    return {
      key,
      argv,
      env: environmentOf(container),
      workingDir: container.workingDir || '/',
      privileges: privilegesOf(container, mapsUsers),
      ...(container.user && mapsUsers && { owner: { uid: container.user.uid, gid: container.user.gid } }),
    };
  }

  private async execPiped(pid: number, container: ContainerSpec, command: readonly string[]): Promise<RunningProcess> {
    const { thread } = this.parts;
    const ends = streamEnds(true);
    const { key, exit, forget } = thread.expectExit();
    const [input = 0, ...outputs] = ends.theirs;
    const result = await thread.operations
      .run('exec', { pid, program: this.programOf(container, command, key), streams: [input, ...outputs] })
      .catch((error) => {
        forget();
        ends.closeAll();
        throw error;
      });
    return new PodProcess({
      pid: result.pid,
      first: false,
      ...ends.ours(),
      exit,
      clock: this.parts.clock,
    });
  }

  private async execInTerminal(
    pid: number,
    container: ContainerSpec,
    command: readonly string[],
  ): Promise<RunningProcess> {
    const { thread } = this.parts;
    const { key, exit, forget } = thread.expectExit();
    const program = this.programOf(container, command, key);
    const withTerm = { ...program, env: { TERM: 'xterm', ...program.env } };
    const result = await thread.operations
      .run('exec', { pid, program: withTerm, streams: 'terminal' })
      .catch((error) => {
        forget();
        throw error;
      });
    const streams = terminalStreams(result.terminal as number);
    return new PodProcess({ pid: result.pid, first: false, ...streams, exit, clock: this.parts.clock });
  }

  private async connectTo(address: string, port: number): Promise<Duplex> {
    const spec = { kind: 'tcp-client', mark: PROXY_MARK } as const;
    const request = { path: this.networkPath, spec, count: 1 };
    const [fd] = await this.parts.thread.operations.run('makeSockets', request);
    const socket = new Socket({ fd: fd as number, manualStart: true } as ConstructorParameters<typeof Socket>[0]);
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.connect({ host: address, port }, () => {
        socket.removeListener('error', reject);
        resolve(socket);
      });
    });
  }

  private async tearDown(): Promise<void> {
    this.parts.unserve();
    const running = [...this.containers.values()];
    for (const container of running) container.kill('SIGKILL');
    await Promise.all(running.map((container) => container.exited));
    await this.parts.thread.operations.run('release', this.networkPath);
    for (const kind of POD_NAMESPACES) unpinNamespace(join(this.parts.folder, kind));
    rmSync(this.parts.folder, { recursive: true, force: true });
    this.onDestroyed();
  }
}

/** A process that has ended meanwhile needs no limits. */
function addTo(group: ContainerGroup | undefined, pid: number): void {
  try {
    group?.add(pid);
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}
