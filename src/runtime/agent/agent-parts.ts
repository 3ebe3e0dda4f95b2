import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Client, TokenClient } from '../../client/client.js';
import type { Driver } from '../drivers/driver.js';
import type { EventRecorder } from '../events/event-recorder.js';
import type { ImageStore } from '../images/image-store.js';
import type { ObjectFollower } from './object-follower.js';
import type { ObjectReader } from './object-reader.js';
import type { ProxyHost } from './proxy-host.js';

/** What the parts of a node agent share. */
export interface AgentParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly driver: Driver;
  readonly proxyHost: ProxyHost;
  readonly images: Pick<ImageStore, 'resolve' | 'rootfs' | 'onChange'>;
  readonly events: EventRecorder;
  readonly reader: ObjectReader;
  readonly follower: ObjectFollower;
  readonly tokens: TokenClient;
  /** PEM of the API server's CA. */
  readonly clusterCa: string;
  readonly node: NodeFacts;
  /** Holds `logs/` and `pods/`. */
  readonly stateDir: string;
}

export interface NodeFacts {
  readonly name: string;
  /** Of the host, where hostPorts are opened: 127.0.0.1 */
  readonly hostIP: string;
  readonly region: string;
  readonly zone: string;
  readonly clusterDomain: string;
  readonly dnsServer: string;
  readonly capacity: { readonly cpus: number; readonly memory_bytes: number };
}
