import { createHash } from 'node:crypto';
import type { Random } from '../../base/random.js';
import type { ServiceRoute } from '../../native/index.js';

type Place = ServiceRoute['targets'][number];

/** Picks the pod that a connection to a service's address goes to: kube-proxy's work, where no kernel rules can do it. */
export class ServiceTargets {
  private routes = new Map<string, ServiceRoute>();

  constructor(private readonly random: Random) {}

  /** All routes of the mesh, as they are now. @returns those that are gone */
  set(routes: readonly ServiceRoute[]): readonly ServiceRoute[] {
    const before = this.routes;
    this.routes = new Map(
      routes.filter(({ protocol }) => protocol === 'tcp').map((route) => [keyOf(route.address, route.port), route]),
    );
    return [...before.values()].filter(({ address, port }) => !this.has(address, port));
  }

  /** Whether a service has this address and port, with pods or without. */
  has(address: string, port: number): boolean {
    return this.routes.has(keyOf(address, port));
  }

  all(address: string, port: number): readonly Place[] {
    return this.routes.get(keyOf(address, port))?.targets ?? [];
  }

  /** @param client its address: with session affinity it meets the same pod again */
  pick(address: string, port: number, client: string): Place | undefined {
    const route = this.routes.get(keyOf(address, port));
    if (!route || route.targets.length === 0) return undefined;
    const { targets } = route;
    return targets[route.sticky ? hashOf(client) % targets.length : this.random.below(targets.length)];
  }
}

function keyOf(address: string, port: number): string {
  return `${address}:${port}`;
}

function hashOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}
