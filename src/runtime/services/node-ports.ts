import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { codeOf, messageOf } from '../../base/errors.js';
import type { Random } from '../../base/random.js';
import type { ServiceObject } from '../../resources/types.js';
import type { ServicePort } from './service-routes.js';

export interface NodePortsOptions {
  /** Of the host, where ports are opened: 127.0.0.1 */
  readonly address: string;
  /** A connection to a pod. */
  readonly dial: (address: string, port: number) => Promise<Duplex>;
  readonly random: Random;
  /** Called once for each port that cannot be opened. */
  readonly onProblem: (service: ServiceObject, message: string) => void;
}

/** One open port of the host. */
interface OpenPort {
  readonly server: Server;
  readonly sockets: Set<Socket>;
  targets: ServicePort['route']['targets'];
}

/** Services of type NodePort and LoadBalancer at the host's own address: each connection goes to one of their pods. TCP alone. */
export class NodePorts {
  private readonly open = new Map<number, OpenPort>();
  private readonly told = new Set<number>();
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: NodePortsOptions) {}

  /** All ports of the mesh's services, as they are now. Resolves when the host's ports are as they say; never rejects. */
  set(ports: readonly ServicePort[]): Promise<void> {
    this.working = this.working.then(() => this.follow(ports));
    return this.working;
  }

  async close(): Promise<void> {
    await this.set([]);
  }

  private async follow(ports: readonly ServicePort[]): Promise<void> {
    const wanted = new Map(ports.flatMap((port) => (port.nodePort === undefined ? [] : [[port.nodePort, port]])));
    for (const [number, { server, sockets }] of this.open) {
      if (wanted.has(number)) continue;
      this.open.delete(number);
      server.close();
      for (const socket of sockets) socket.destroy();
    }
    for (const number of this.told) if (!wanted.has(number)) this.told.delete(number);
    for (const [number, { route, service }] of wanted) {
      const known = this.open.get(number);
      if (known) known.targets = route.targets;
      else if (route.protocol !== 'tcp') this.tell(service, number, 'only TCP is led to pods from the host');
      else await this.listen(number, route.targets).catch((error: unknown) => this.tell(service, number, why(error)));
    }
  }

  private async listen(number: number, targets: OpenPort['targets']): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => this.accept(port, socket));
    const port: OpenPort = { server, sockets: new Set(), targets };
    server.listen(number, this.options.address);
    await once(server, 'listening');
    this.open.set(number, port);
  }

  private accept({ targets, sockets }: OpenPort, from: Socket): void {
    sockets.add(from.once('close', () => sockets.delete(from)).on('error', () => {}));
    const target = targets[Math.floor(this.options.random.next() * targets.length)];
    if (!target) {
      from.resetAndDestroy();
      return;
    }
    this.options.dial(target.address, target.port).then(
      (to) => {
        pipeline(from, to, () => {});
        pipeline(to, from, () => {});
      },
      () => from.resetAndDestroy(),
    );
  }

  private tell(service: ServiceObject, number: number, message: string): void {
    if (this.told.has(number)) return;
    this.told.add(number);
    this.options.onProblem(service, `node port ${number} is not open: ${message}`);
  }
}

function why(error: unknown): string {
  return codeOf(error) === 'EADDRINUSE' ? 'another program of this machine has it' : messageOf(error);
}
