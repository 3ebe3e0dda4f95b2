import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Random } from '../../../base/random.js';
import { Ipv4Range } from '../../../native/address.js';
import type { ServiceRoute } from '../../../native/index.js';
import { DnsServer } from '../../dns/dns-server.js';
import type { DnsResponder } from '../../dns/responder.js';
import { RuntimeError } from '../../errors.js';
import { ServiceTargets } from '../../services/service-targets.js';
import type { Driver, Sandbox, SandboxSpec } from '../driver.js';
import { LoopbackRange } from './loopback-range.js';
import { POD_DNS_PORT } from './ports.js';
import { hostsOf } from './process-environment.js';
import { ProcessSandbox } from './process-sandbox.js';
import { endStarted, Reaper } from './reaper.js';
import { PodDialer, type PodDialerOptions } from './relay/pod-dialer.js';
import { PodRelay } from './relay/pod-relay.js';
import { ServiceDoors } from './relay/service-doors.js';

export interface ProcessDriverOptions {
  /** For files that live as long as a sandbox. */
  readonly stateDir: string;
  /** The mesh's names, and those of the world outside. */
  readonly dns: DnsResponder;
  /** Cluster IPs of services, CIDR. */
  readonly serviceRange: string;
  readonly random: Random;
}

/**
 * Pods as plain processes of the current user, each with two loopback addresses: podIP belongs to its sidecar, appIP to its
 * program. Node programs are captured by a preload, others by http_proxy. Needs no privileges and no Linux namespaces.
 */
export class ProcessDriver implements Driver {
  readonly name = 'process';
  private readonly sandboxes = new Set<Sandbox>();
  private range: LoopbackRange | undefined;
  private reaper: Reaper | undefined;
  private readonly targets: ServiceTargets;
  private doors: ServiceDoors | undefined;

  constructor(private readonly options: ProcessDriverOptions) {
    this.targets = new ServiceTargets(options.random);
  }

  private get folder(): string {
    return sandboxesIn(this.options.stateDir);
  }

  async start(): Promise<void> {
    const range = await LoopbackRange.claim();
    this.range = range;
    // A door is a service's, not a pod's: whom it lets through has no names and no address of its own.
    const nobody = this.dialer({ podIP: range.base, hosts: {}, dns: { nameservers: [], searches: [], ndots: 1 } });
    this.doors = new ServiceDoors(range, this.targets, nobody);
    await mkdir(this.options.stateDir, { recursive: true });
    this.reaper = await Reaper.start(this.options.stateDir);
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder, { recursive: true });
  }

  async createSandbox(spec: SandboxSpec): Promise<Sandbox> {
    const { range, reaper, doors } = this;
    if (!range || !reaper || !doors) throw new RuntimeError('DRIVER_NOT_STARTED', 'The process driver was not started');
    const { index, podIP, appIP: ownIP } = range.allocate();
    const appIP = spec.captured ? ownIP : podIP;
    const folder = path.join(this.folder, spec.uid);
    let dns: DnsServer | undefined;
    let relay: PodRelay | undefined;
    try {
      await mkdir(folder, { recursive: true });
      dns = await DnsServer.open(this.options.dns, { address: podIP, port: POD_DNS_PORT });
      const place = { podIP, dns: spec.dns, hosts: hostsOf({ spec, podIP }) };
      if (!spec.captured) relay = await PodRelay.open(podIP, this.dialer(place));
    } catch (error) {
      await dns?.close();
      range.free(index);
      throw error;
    }
    const place = { spec, podIP, appIP, mark: reaper.mark(spec.uid), serviceRange: this.options.serviceRange };
    const release = async () => {
      await dns.close();
      await relay?.close();
      range.free(index);
      this.sandboxes.delete(sandbox);
    };
    const serviceAddress = (address: string, port: number) => doors.open(address, port);
    const sandbox = new ProcessSandbox(place, folder, reaper, release, spec.captured ? undefined : serviceAddress);
    this.sandboxes.add(sandbox);
    return sandbox;
  }

  /** Where services lead now. */
  async setServices(routes: readonly ServiceRoute[]): Promise<void> {
    await this.doors?.forget(this.targets.set(routes));
  }

  private dialer(place: Pick<PodDialerOptions, 'podIP' | 'dns' | 'hosts'>): PodDialer {
    const { dns: responder, serviceRange } = this.options;
    return new PodDialer({ ...place, responder, targets: this.targets, serviceRange: new Ipv4Range(serviceRange) });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sandboxes].map((sandbox) => sandbox.destroy()));
    await this.doors?.close();
    await this.reaper?.stop();
    await this.range?.release();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What a driver that was killed, and its watcher with it, left behind: processes and files. */
export async function removeLeftovers(stateDir: string): Promise<void> {
  await endStarted(stateDir);
  await rm(sandboxesIn(stateDir), { recursive: true, force: true });
}

function sandboxesIn(stateDir: string): string {
  return path.join(stateDir, 'sandboxes');
}
