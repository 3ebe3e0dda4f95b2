import type { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import type { Container } from 'kubernetes-types/core/v1.js';
import { messageOf } from '../../base/errors.js';
import { ApiError } from '../../client/client.js';
import type {
  AttachOptions,
  ByteStream,
  ExecOptions,
  ExitStatus,
  LogOptions,
  PodAccess,
  PodAddress,
  ProcessStreams,
} from '../../resources/core/pod-access.js';
import type { PodObject } from '../../resources/types.js';
import type { ContainerSpec, RunningProcess } from '../drivers/driver.js';
import { ContainerLog } from './logs/container-log.js';
import { readLog } from './logs/log-reader.js';
import type { NodeAgent } from './node-agent.js';
import { ContainerRunner } from './pod/container-runner.js';
import type { ContainerView } from './pod/container-state.js';
import type { PodWorker } from './pod/pod-worker.js';

/** Answers what can be asked of the pods of this agent, in its own process. Errors are those of kubectl's server. */
export class LocalPodAccess implements PodAccess {
  constructor(private readonly agent: Pick<NodeAgent, 'find'>) {}

  async logs(address: PodAddress, options: LogOptions): Promise<Readable> {
    const worker = this.worker(address);
    const container = worker.container(options.container);
    const pod = address.name;
    if (!container) {
      if (knows(worker, options.container)) throw waiting(options.container, pod, 'PodInitializing');
      throw badRequest(`container ${options.container} is not valid for pod ${pod}`);
    }
    const attempt = attemptOf(container, options.previous ?? false);
    const files = ContainerLog.filesOf(worker.logFolder(options.container), attempt);
    if (files.length === 0) {
      if (options.previous) {
        throw badRequest(`previous terminated container "${options.container}" in pod "${pod}" not found`);
      }
      throw waiting(
        options.container,
        pod,
        worker.viewOf(container.container).state.waiting?.reason ?? 'ContainerCreating',
      );
    }
    return readLog(files, options.previous ? undefined : container.log, options);
  }

  async exec(address: PodAddress, options: ExecOptions, streams: ProcessStreams): Promise<ExitStatus> {
    const worker = this.worker(address);
    const container = worker.container(options.container);
    const sandbox = worker.network;
    const spec =
      container instanceof ContainerRunner ? container.running?.spec : besideProxy(worker, options.container);
    if (!container || !sandbox || !spec || !container.state.running) {
      throw badRequest(`unable to upgrade connection: container not found ("${options.container}")`);
    }
    let process: RunningProcess;
    try {
      process = await sandbox.exec(spec, options.command, { tty: options.tty });
    } catch (error) {
      return { exitCode: 126, startError: messageOf(error) };
    }
    return join(process, streams);
  }

  async attach(address: PodAddress, options: AttachOptions, streams: ProcessStreams): Promise<ExitStatus> {
    const container = this.worker(address).container(options.container);
    const run = container instanceof ContainerRunner ? container.running : undefined;
    if (!run) throw badRequest(`unable to upgrade connection: container not found ("${options.container}")`);
    const detach = run.output.attach(streams);
    const { stdinOnce = false } = containerOf(this.worker(address).pod, options.container) ?? {};
    if (streams.stdin && run.process.stdin) streams.stdin.pipe(run.process.stdin, { end: stdinOnce });
    streams.onResize?.(({ columns, rows }) => run.process.resize(columns, rows));
    await run.process.exited;
    await run.output.ended;
    detach();
    // How the program ended is told by the pod's status: a client that gets it here would take the attachment for failed.
    return { exitCode: 0 };
  }

  async connect(address: PodAddress, port: number): Promise<ByteStream> {
    const sandbox = this.worker(address).network;
    if (!sandbox) throw badRequest(`pod ${address.name} is not running`);
    try {
      return (await sandbox.connect(port)) as Duplex;
    } catch (error) {
      throw badRequest(`failed to connect to port ${port} of pod ${address.name}: ${messageOf(error)}`);
    }
  }

  private worker({ namespace, name }: PodAddress): PodWorker {
    const worker = this.agent.find(namespace, name);
    if (!worker) throw new ApiError(404, 'NotFound', `pods "${name}" not found on this node`);
    return worker;
  }
}

/** While a container waits for its next start, the run that ended last is the present one and the previous one alike. */
function attemptOf({ restartCount, state }: ContainerView, previous: boolean): number {
  return previous && !state.waiting ? restartCount - 1 : restartCount;
}

/**
 * The node's proxy has no process of its own in the pod: one looks around in the pod's network, and where a driver joins
 * containers by name, beside the pod's program.
 */
function besideProxy(worker: PodWorker, name: string): ContainerSpec {
  const program = worker.plan.apps.find((app) => worker.container(app.name)?.state.running);
  return { name: program?.name ?? name, argv: ['sh'], env: {}, workingDir: '/', mounts: [] };
}

/** Resolves when the process ended and all its output was handed over. */
async function join(process: RunningProcess, streams: ProcessStreams): Promise<ExitStatus> {
  streams.onResize?.(({ columns, rows }) => process.resize(columns, rows));
  if (streams.stdin && process.stdin) {
    pipeline(streams.stdin, process.stdin, () => {});
    // Nobody listens any more: the command is not left alone.
    streams.stdin.once('error', () => process.kill('SIGKILL'));
  } else process.stdin?.end();
  const outputs = [finished(process.stdout, streams.stdout), finished(process.stderr, streams.stderr)];
  const { exitCode } = await process.exited;
  await Promise.all(outputs);
  return { exitCode };
}

function finished(from: Readable, to: NodeJS.WritableStream | undefined): Promise<void> {
  return new Promise((resolve) => {
    from
      .once('end', resolve)
      .once('error', () => resolve())
      .once('close', resolve);
    if (to) from.pipe(to, { end: false });
    else from.resume();
  });
}

function knows(worker: PodWorker, container: string): boolean {
  return containerOf(worker.pod, container) !== undefined;
}

function containerOf({ spec }: PodObject, container: string): Container | undefined {
  return [...spec.containers, ...(spec.initContainers ?? [])].find(({ name }) => name === container);
}

function waiting(container: string, pod: string, reason: string): ApiError {
  return badRequest(`container "${container}" in pod "${pod}" is waiting to start: ${reason}`);
}

function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}
