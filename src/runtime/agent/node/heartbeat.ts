import { messageOf } from '../../../base/errors.js';
import { isAlreadyExists, isNotFound } from '../../../client/client.js';
import { LEASES, NODES } from '../../../resources/gvr.js';
import type { LeaseObject } from '../../../resources/types.js';
import type { AgentParts } from '../agent-parts.js';
import { sleep } from '../retry.js';
import { nodeObject, nodeStatus } from './node-object.js';

/** Kubelet's nodeLeaseDurationSeconds; renewed at a quarter of it. */
const LEASE_DURATION_S = 40;
const RENEW_MS = (LEASE_DURATION_S * 1000) / 4;
/** While the node is not registered, or the API server is away. */
const RETRY_MS = 500;
const LEASE_NAMESPACE = 'kube-node-lease';

/** Registers the node and says again and again that it lives. Ends with the signal. */
export class Heartbeat {
  constructor(
    private readonly parts: Pick<AgentParts, 'client' | 'clock' | 'logger' | 'node'>,
    private readonly driver: string,
    private readonly version: string,
  ) {}

  async run(signal: AbortSignal): Promise<void> {
    let isRegistered = false;
    while (!signal.aborted) {
      try {
        if (!isRegistered) await this.register();
        isRegistered = true;
        await this.renew();
        await sleep(this.parts.clock, RENEW_MS, signal);
      } catch (error) {
        // The namespace of leases may come later than the node, and a new store knows neither.
        isRegistered = false;
        this.parts.logger.debug('heartbeat not written', { error: messageOf(error) });
        await sleep(this.parts.clock, RETRY_MS, signal);
      }
    }
  }

  private async register(): Promise<void> {
    const { client, clock, node } = this.parts;
    const now_ms = clock.now();
    const object = nodeObject(node, this.version, this.driver, now_ms);
    try {
      await client.create(NODES, object);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const body = { metadata: { labels: object.metadata.labels } };
      await client.patch(NODES, node.name, undefined, { type: 'merge', body });
    }
    const status = nodeStatus(node, this.version, this.driver, now_ms);
    await client.patch(NODES, node.name, undefined, { type: 'merge', body: { status }, subresource: 'status' });
  }

  private async renew(): Promise<void> {
    const { client, clock, node } = this.parts;
    const renewTime = new Date(clock.now()).toISOString().replace('Z', '000Z');
    const spec = { holderIdentity: node.name, leaseDurationSeconds: LEASE_DURATION_S, renewTime };
    try {
      await client.patch(LEASES, node.name, LEASE_NAMESPACE, { type: 'merge', body: { spec } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      // A node that someone deleted comes back, as with kubelet.
      await client.get(NODES, node.name);
      await client.create<LeaseObject>(LEASES, {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name: node.name, namespace: LEASE_NAMESPACE },
        spec,
      });
    }
  }
}
