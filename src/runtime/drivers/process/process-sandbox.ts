import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import type { ContainerSpec, ProxyNetwork, RunningProcess, Sandbox } from '../driver.js';
import { machineCommand, workingFolder } from './command.js';
import { ContainerProcess } from './container-process.js';
import { HTTP_PROXY_PORT } from './ports.js';
import { type PodPlace, processEnvironment } from './process-environment.js';
import type { Reaper } from './reaper.js';
import { rootView } from './root-view.js';

/** Programs that are Node, or start it with the environment that they were given. */
const NODE_PROGRAMS = /^(node|nodejs|npm|npx|yarn|pnpm|tsx|ts-node)([\d.]*)$/;

export class ProcessSandbox implements Sandbox {
  readonly podIP: string;
  readonly proxyNetwork: ProxyNetwork;
  readonly proxyMetadata: Readonly<Record<string, unknown>>;
  private readonly running = new Set<RunningProcess>();
  private destroyed: Promise<void> | undefined;

  /**
   * @param folder the sandbox's own, exists already
   * @param release gives the address back
   */
  constructor(
    private readonly place: PodPlace,
    private readonly folder: string,
    private readonly reaper: Reaper,
    private readonly release: () => Promise<void>,
    /** Of a pod without a sidecar: where a program reaches a service's port. */
    readonly serviceAddress?: Sandbox['serviceAddress'],
  ) {
    const { podIP, appIP } = place;
    this.podIP = podIP;
    this.proxyNetwork = { kind: 'loopback', podIP, appIP };
    this.proxyMetadata = { INTERCEPTION_MODE: 'NONE', APP_ADDRESS: appIP, HTTP_PROXY_PORT };
  }

  start(container: ContainerSpec): Promise<RunningProcess> {
    return this.run(container, container.argv, { stdin: container.stdin ?? false, tty: container.tty ?? false });
  }

  exec(
    container: ContainerSpec,
    command: readonly string[],
    options: { readonly tty: boolean },
  ): Promise<RunningProcess> {
    return this.run(container, command, { stdin: true, tty: options.tty });
  }

  notices(container: ContainerSpec): string[] {
    return [...this.networkNotices(container), ...mountNotices(container)];
  }

  private networkNotices(container: ContainerSpec): string[] {
    const program = path.basename(container.argv[0] ?? '');
    if (!this.place.spec.captured) {
      if (NODE_PROGRAMS.test(program)) return [];
      return [
        `${container.name} runs ${program}, which the process driver cannot give a network of its own as it does Node programs: it ` +
          'reaches services by their names over HTTP where it honours http_proxy and https_proxy, else by the addresses in ' +
          'variables such as CART_SERVICE_HOST and CART_SERVICE_PORT, not by their cluster IP; it must listen on the address in ' +
          'TRYSAIL_APP_IP, and localhost means the machine. The netns driver needs none of that.',
      ];
    }
    if (NODE_PROGRAMS.test(program)) return [];
    return [
      `${container.name} runs ${program}, which the process driver cannot capture as it does Node programs: requests go through ` +
        'the sidecar only where the program honours http_proxy (plain HTTP), and it must listen on the address in ' +
        'TRYSAIL_APP_IP. The netns driver captures everything.',
    ];
  }

  async connect(port: number): Promise<Duplex> {
    const socket = net.connect({ host: this.place.appIP, port });
    await once(socket, 'connect');
    return socket;
  }

  destroy(): Promise<void> {
    this.destroyed ??= this.end();
    return this.destroyed;
  }

  private async run(
    container: ContainerSpec,
    argv: readonly string[],
    streams: { readonly stdin: boolean; readonly tty: boolean },
  ): Promise<RunningProcess> {
    const root = await rootView(this.folder, container);
    const env = processEnvironment(this.place, container, root);
    const cwd = await workingFolder(container, root);
    const command = await machineCommand(argv, root, env, cwd);
    const started = await ContainerProcess.spawn(command, { cwd, env, ...streams, prefix: this.reaper.prefix });
    this.running.add(started);
    void started.exited.then(() => this.running.delete(started));
    if (this.destroyed) started.kill('SIGKILL');
    return started;
  }

  private async end(): Promise<void> {
    const ending = [...this.running];
    for (const one of ending) one.kill('SIGKILL');
    await Promise.all(ending.map((one) => one.exited));
    await this.reaper.sweep(this.place.spec.uid);
    await rm(this.folder, { recursive: true, force: true });
    await this.release();
  }
}

function mountNotices({ name, mounts }: ContainerSpec): string[] {
  const [first] = mounts;
  if (!first) return [];
  return [
    `${name} sees its volumes in its arguments and below TRYSAIL_ROOT, such as $TRYSAIL_ROOT${first.target}: with the process ` +
      "driver a program's own absolute paths are the machine's. The netns driver shows them where the manifest says.",
  ];
}
