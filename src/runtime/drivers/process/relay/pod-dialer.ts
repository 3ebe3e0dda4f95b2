import { once } from 'node:events';
import { connect, isIPv4, type Socket } from 'node:net';
import type { Ipv4Range } from '../../../../native/address.js';
import type { DnsResponder } from '../../../dns/responder.js';
import { RuntimeError } from '../../../errors.js';
import type { ServiceTargets } from '../../../services/service-targets.js';
import type { SandboxSpec } from '../../driver.js';

const CONNECT_MS_MAX = 10_000;
/** Loopback addresses of pods are reached from the pod's own, the world from wherever the system likes. */
const LOOPBACK = /^127\./;

export interface PodDialerOptions {
  readonly podIP: string;
  /** Of the pod: its search domains and how it uses them. */
  readonly dns: SandboxSpec['dns'];
  /** Lower-case names of the pod's hosts file. */
  readonly hosts: Readonly<Record<string, string>>;
  readonly responder: DnsResponder;
  readonly targets: ServiceTargets;
  readonly serviceRange: Ipv4Range;
}

/** Makes a pod's connections as if the pod were on a network of the mesh: names along its search domains, services by their address. */
export class PodDialer {
  constructor(private readonly options: PodDialerOptions) {}

  /**
   * @param host a name, or an address
   * @throws RuntimeError NO_HOST, NO_ENDPOINT; or what `connect` says
   */
  async dial(host: string, port: number): Promise<Socket> {
    const { podIP, targets, serviceRange } = this.options;
    // What listens on localhost is the pod's where it could be told so, else on the machine's.
    if (isLocal(host)) return this.connect(podIP, port).catch(() => this.connect('127.0.0.1', port));
    const address = isIPv4(host) ? host : await this.resolve(host);
    if (!serviceRange.contains(address)) return this.connect(address, port);
    const target = targets.pick(address, port, podIP);
    if (target) return this.connect(target.address, target.port);
    const what = targets.has(address, port) ? 'has no ready pod' : 'is no port of a service';
    throw new RuntimeError('NO_ENDPOINT', `connect ECONNREFUSED ${address}:${port} (${host}:${port} ${what})`);
  }

  private async resolve(host: string): Promise<string> {
    const name = host.toLowerCase();
    const fixed = this.options.hosts[name];
    if (fixed !== undefined) return fixed;
    for (const candidate of this.candidates(name)) {
      const [address] = await this.options.responder.addressesOf(candidate);
      if (address !== undefined) return address;
    }
    throw new RuntimeError('NO_HOST', `getaddrinfo ENOTFOUND ${host}`);
  }

  /** As resolv.conf(5): a name with fewer than `ndots` dots goes along the search list first. */
  private candidates(name: string): string[] {
    const { searches, ndots } = this.options.dns;
    if (name.endsWith('.')) return [name];
    const searched = searches.map((domain) => `${name}.${domain}`);
    return name.split('.').length - 1 >= ndots ? [name, ...searched] : [...searched, name];
  }

  private async connect(address: string, port: number): Promise<Socket> {
    const from = LOOPBACK.test(address) ? { localAddress: this.options.podIP } : {};
    const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true, ...from });
    socket.setTimeout(CONNECT_MS_MAX, () => socket.destroy(new Error(`connect ETIMEDOUT ${address}:${port}`)));
    await once(socket, 'connect');
    socket.setTimeout(0);
    return socket;
  }
}

function isLocal(host: string): boolean {
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '127.0.0.1' || host === '::1' || host === '0.0.0.0'
  );
}
