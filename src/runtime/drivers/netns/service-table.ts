import type { ServiceRoute } from '../../../native/index.js';
import type { RouteChange, ServicesRequest } from './pod-network.js';

type PodAddress = ServicesRequest['pods'][number];

/** The routes of services that the pods without a sidecar have in their networks. */
export class ServiceTable {
  private routes = new Map<string, ServiceRoute>();
  private readonly pods = new Set<PodAddress>();

  /** @param send changes the pods' networks, in the order of calls */
  constructor(private readonly send: (request: ServicesRequest) => Promise<void>) {}

  /** What a new pod's network is to have from its beginning. */
  get current(): readonly ServiceRoute[] {
    return [...this.routes.values()];
  }

  /** All routes of the mesh, as they are now. */
  async set(routes: readonly ServiceRoute[]): Promise<void> {
    const next = new Map(routes.filter(({ targets }) => targets.length > 0).map((route) => [keyOf(route), route]));
    const changes: RouteChange[] = [];
    for (const [key, route] of next) {
      const old = this.routes.get(key);
      if (JSON.stringify(old) !== JSON.stringify(route)) changes.push({ route, before: old !== undefined });
    }
    for (const [key, route] of this.routes) {
      if (!next.has(key)) changes.push({ route: { ...route, targets: [] }, before: true });
    }
    this.routes = next;
    if (changes.length > 0 && this.pods.size > 0) await this.send({ pods: [...this.pods], changes });
  }

  /** A pod that was given {@link current} in this turn, and gets what changes from now on. @returns removes it */
  add(pod: PodAddress): () => void {
    this.pods.add(pod);
    return () => void this.pods.delete(pod);
  }
}

function keyOf({ address, protocol, port }: ServiceRoute): string {
  return `${address} ${protocol} ${port}`;
}
