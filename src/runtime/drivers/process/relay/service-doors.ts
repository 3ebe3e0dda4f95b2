import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { codeOf } from '../../../../base/errors.js';
import type { ServiceTargets } from '../../../services/service-targets.js';
import type { LoopbackRange } from '../loopback-range.js';
import { joined } from './header-relay.js';
import type { PodDialer } from './pod-dialer.js';

/** Ports of services that are opened at a time; a mesh with more has some that variables do not reach. */
export const DOORS_MAX = 1000;

export interface Place {
  readonly address: string;
  readonly port: number;
}

interface Door extends Place {
  readonly server: Server;
}

/**
 * Loopback addresses that stand for those of services, so that what a program reads in CART_SERVICE_HOST and CART_SERVICE_PORT works
 * in any language. One is opened when a pod is first told of it, and closed when its service goes.
 */
export class ServiceDoors {
  private readonly addresses = new Map<string, { readonly index: number; readonly address: string }>();
  private readonly doors = new Map<string, Promise<Door | undefined>>();
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly range: LoopbackRange,
    private readonly targets: ServiceTargets,
    private readonly dialer: Pick<PodDialer, 'dial'>,
  ) {}

  /** @returns where a program reaches a service's port; undefined where there is no place for one more */
  async open(address: string, port: number): Promise<Place | undefined> {
    const targets = this.targets.all(address, port);
    // The machine itself, such as the API server: its certificate names that address.
    if (targets.length === 1 && targets[0]!.address === '127.0.0.1') return targets[0];
    const key = `${address}:${port}`;
    let door = this.doors.get(key);
    if (!door) {
      if (this.doors.size >= DOORS_MAX) return undefined;
      door = this.make(address, port);
      this.doors.set(key, door);
    }
    const found = await door;
    return found && { address: found.address, port: found.port };
  }

  /** Their services went. */
  async forget(gone: readonly Place[]): Promise<void> {
    for (const { address, port } of gone) {
      const door = this.doors.get(`${address}:${port}`);
      this.doors.delete(`${address}:${port}`);
      (await door)?.server.close();
    }
    for (const [address, { index }] of this.addresses) {
      if ([...this.doors.keys()].some((key) => key.startsWith(`${address}:`))) continue;
      this.addresses.delete(address);
      this.range.free(index);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    for (const door of this.doors.values()) (await door)?.server.close();
    this.doors.clear();
  }

  /** At the service's own port where this user may have it, which below 1024 few may. */
  private async make(address: string, port: number): Promise<Door | undefined> {
    const place = this.addressFor(address);
    for (const wanted of [port, 0]) {
      const server = createServer({ allowHalfOpen: true }, (socket) => this.enter(socket, address, port));
      try {
        server.listen(wanted, place);
        await once(server, 'listening');
        server.unref();
        return { server, address: place, port: (server.address() as { port: number }).port };
      } catch (error) {
        server.close();
        if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EADDRINUSE') return undefined;
      }
    }
    return undefined;
  }

  private addressFor(service: string): string {
    const known = this.addresses.get(service);
    if (known) return known.address;
    const { index, podIP } = this.range.allocate();
    this.addresses.set(service, { index, address: podIP });
    return podIP;
  }

  private enter(from: Socket, address: string, port: number): void {
    this.sockets.add(from.once('close', () => this.sockets.delete(from)).on('error', () => {}));
    this.dialer.dial(address, port).then(
      (to) => joined(from, to),
      () => from.resetAndDestroy(),
    );
  }
}
