import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { type Clock, SystemClock } from '../../../base/clock.js';
import { Ipv4Range, MountFlag, mount, type ServiceRoute, unmount } from '../../../native/index.js';
import { RuntimeError } from '../../errors.js';
import type { Driver, Sandbox, SandboxSpec } from '../driver.js';
import { AddressPool } from './address-pool.js';
import { captureSpec, PROXY_MARK } from './capture.js';
import { Cgroups } from './cgroups.js';
import { connected } from './connected.js';
import { NetnsSandbox } from './netns-sandbox.js';
import { NodeThread } from './node-thread.js';
import { hostnameOf } from './pod-files.js';
import type { ServicesRequest } from './pod-network.js';
import { ServiceTable } from './service-table.js';

export interface NetnsDriverOptions {
  /** An empty folder of this instance and node; the driver mounts on it. */
  readonly runDir: string;
  /** Addresses of this node's pods, such as `10.244.0.0/24`; the first is the gateway. */
  readonly podRange: string;
  /** Addresses that the mesh's network has for itself, such as the name server's. TCP to them is not captured. */
  readonly serverAddresses: readonly string[];
  /** Cluster IPs of services, CIDR. */
  readonly serviceRange: string;
  readonly clock?: Clock;
}

const FIRST_POD = 2;
const RUN_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Each pod gets a network, host name, files and processes of its own, and its TCP is captured transparently. The process runs under
 * {@link agentCommand}: then everything made here is in namespaces that end with it.
 */
export class NetnsDriver implements Driver {
  readonly name = 'netns';
  private readonly range: Ipv4Range;
  private readonly addresses: AddressPool;
  private readonly sandboxes = new Set<NetnsSandbox>();
  private readonly clock: Clock;
  private readonly rootless = !mapsAllUsers();
  private readonly services = new ServiceTable((request) => this.changeServices(request));
  /** For pods with a sidecar, which takes their TCP alone. */
  private readonly udpServices = new ServiceTable((request) => this.changeServices(request));
  private thread: NodeThread | undefined;
  private cgroups: Cgroups | undefined;

  constructor(private readonly options: NetnsDriverOptions) {
    this.clock = options.clock ?? new SystemClock();
    this.range = new Ipv4Range(options.podRange);
    this.addresses = new AddressPool(this.range, FIRST_POD);
  }

  /** File of the mesh's network namespace: where the servers of `serverAddresses` are to listen. */
  get meshNetworkPath(): string {
    return join(this.options.runDir, 'mesh', 'net');
  }

  async start(): Promise<void> {
    const { runDir } = this.options;
    mkdirSync(runDir, { recursive: true });
    mount('tmpfs', runDir, 'tmpfs', MountFlag.NOSUID | MountFlag.NODEV, `mode=700,size=${RUN_BYTES_MAX}`);
    if (!this.rootless) this.cgroups = Cgroups.open(runDir);
    this.thread = new NodeThread();
    await this.thread.operations.run('createMesh', {
      folder: join(runDir, 'mesh'),
      gateway: this.range.at(1),
      prefixLength: this.range.prefixLength,
      addresses: this.options.serverAddresses,
    });
  }

  async createSandbox(spec: SandboxSpec): Promise<Sandbox> {
    const thread = this.running();
    const { index, address } = this.addresses.take();
    const folder = join(this.options.runDir, 'pods', spec.uid);
    const capture = { range: this.options.serviceRange, excludedAddresses: this.options.serverAddresses };
    const table = spec.captured ? this.udpServices : this.services;
    const routes = table.current;
    const unserve = table.add({ path: join(folder, 'net'), podIP: address });
    let notice: string | undefined;
    try {
      const { servicesError } = await thread.operations.run('createPod', {
        folder,
        hostname: hostnameOf(spec),
        address,
        gateway: this.range.at(1),
        prefixLength: this.range.prefixLength,
        linkName: `pod${index}`,
        ...(spec.captured && { capture: captureSpec(this.options.serverAddresses) }),
        services: { capture, routes },
      });
      if (servicesError !== undefined) {
        unserve();
        const which = spec.captured ? 'UDP services' : 'services without a sidecar';
        notice = `The pod cannot reach ${which} by their cluster address here: ${servicesError}`;
      }
    } catch (error) {
      unserve();
      this.addresses.free(index);
      throw error;
    }
    const { runDir } = this.options;
    const { rootless, cgroups, clock } = this;
    const sandbox = new NetnsSandbox(
      { spec, podIP: address, folder, runDir, rootless, cgroups, thread, clock, unserve, notice },
      () => {
        this.sandboxes.delete(sandbox);
        this.addresses.free(index);
      },
    );
    this.sandboxes.add(sandbox);
    return sandbox;
  }

  keepInMemory(folder: string, bytes_max: number | undefined): () => void {
    const options = ['mode=777', ...(bytes_max === undefined ? [] : [`size=${bytes_max}`])].join(',');
    mount('tmpfs', folder, 'tmpfs', MountFlag.NOSUID | MountFlag.NODEV, options);
    return () => unmount(folder);
  }

  /** A connection to a pod, from the mesh's own network. */
  async dial(address: string, port: number): Promise<Socket> {
    const request = { path: this.meshNetworkPath, count: 1, spec: { kind: 'tcp-client', mark: PROXY_MARK } } as const;
    const [fd] = await this.running().operations.run('makeSockets', request);
    return connected(fd as number, address, port);
  }

  /** Where services lead now; resolves when all pods have it. */
  async setServices(routes: readonly ServiceRoute[]): Promise<void> {
    const udp = routes.filter(({ protocol }) => protocol === 'udp');
    await Promise.all([this.services.set(routes), this.udpServices.set(udp)]);
  }

  private async changeServices(request: ServicesRequest): Promise<void> {
    const failures = await this.running().operations.run('changeServices', request);
    if (failures.length > 0) throw new RuntimeError('SERVICES_NOT_CHANGED', failures.join('; '));
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sandboxes].map((sandbox) => sandbox.destroy()));
    if (!this.thread) return;
    await this.thread.close();
    this.thread = undefined;
    this.cgroups?.close();
    unmount(this.options.runDir);
    rmSync(this.options.runDir, { recursive: true, force: true });
  }

  /** Sockets of the mesh's network for a server on one of `serverAddresses`. */
  async openServerSockets(address: string, port: number): Promise<{ readonly udp: number; readonly tcp: number }> {
    const { operations } = this.running();
    const request = { path: this.meshNetworkPath, count: 1 };
    const [udp] = await operations.run('makeSockets', { ...request, spec: { kind: 'udp', address, port } });
    return { udp: udp as number, tcp: await this.openServerSocket(address, port) };
  }

  /** As {@link openServerSockets}, for TCP alone. */
  async openServerSocket(address: string, port: number): Promise<number> {
    const spec = { kind: 'tcp-listener', address, port } as const;
    const request = { path: this.meshNetworkPath, count: 1, spec };
    const [tcp] = await this.running().operations.run('makeSockets', request);
    return tcp as number;
  }

  private running(): NodeThread {
    if (this.thread) return this.thread;
    throw new RuntimeError('DRIVER_NOT_STARTED', 'The netns driver was not started');
  }
}

/** Whether root here is root of the machine: a user namespace of its own maps fewer users. */
function mapsAllUsers(): boolean {
  return readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/)[2] === '4294967295';
}
