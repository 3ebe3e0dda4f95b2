import { createHash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import type { ReceivedResource } from '../../xds/client/update.js';
import type { Bootstrap } from '../../xds/types/gen/envoy/config/bootstrap/v3/bootstrap_pb.js';
import {
  ClusterSchema,
  Cluster_DiscoveryType as DiscoveryType,
} from '../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ListenerSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { SecretSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { TYPE_URL } from './config-stream.js';

/** The `static_resources` of a bootstrap. Nothing that comes later replaces or removes them, as with Envoy. */
export class StaticResources {
  readonly byType: ReadonlyMap<string, readonly ReceivedResource[]>;
  private readonly names = new Map<string, ReadonlySet<string>>();
  private readonly primary: ReadonlySet<string>;

  constructor(bootstrap: Bootstrap | undefined) {
    const { clusters = [], listeners = [], secrets = [] } = bootstrap?.staticResources ?? {};
    this.byType = new Map([
      [TYPE_URL.secret, secrets.map((secret) => resource(secret.name, toBinary(SecretSchema, secret)))],
      [TYPE_URL.cluster, clusters.map((cluster) => resource(cluster.name, toBinary(ClusterSchema, cluster)))],
      [
        TYPE_URL.listener,
        listeners.map((listener, i) => resource(listener.name || `listener_${i}`, toBinary(ListenerSchema, listener))),
      ],
    ]);
    for (const [type, resources] of this.byType) this.names.set(type, new Set(resources.map(({ name }) => name)));
    this.primary = new Set(
      clusters
        .filter(({ clusterDiscoveryType: type }) => !(type.case === 'type' && type.value === DiscoveryType.EDS))
        .map(({ name }) => name),
    );
  }

  has(typeUrl: string, name: string): boolean {
    return this.names.get(typeUrl)?.has(name) ?? false;
  }

  /** Whether a cluster can be reached before any control plane is. */
  isPrimary(cluster: string): boolean {
    return this.primary.has(cluster);
  }
}

function resource(name: string, body: Uint8Array): ReceivedResource {
  return { name, version: createHash('sha256').update(body).digest('hex').slice(0, 16), body };
}
