import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createRegistry, fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { SystemClock } from '../../../../src/base/clock.js';
import { SILENT_LOGGER } from '../../../../src/base/logger.js';
import { TYPES } from '../../../../src/proxy/config/registry.js';
import { AdsServer } from '../../../../src/xds/server/ads-server.js';
import { TYPE_URL, type XdsResource } from '../../../../src/xds/server/source.js';
import { ClusterSchema } from '../../../../src/xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ClusterLoadAssignmentSchema } from '../../../../src/xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../../../../src/xds/types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../../../../src/xds/types/gen/envoy/config/route/v3/route_pb.js';
import { SecretSchema } from '../../../../src/xds/types/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';

const SCHEMAS = {
  cluster: ClusterSchema,
  endpoint: ClusterLoadAssignmentSchema,
  listener: ListenerSchema,
  route: RouteConfigurationSchema,
  secret: SecretSchema,
} as const;

const REGISTRY = createRegistry(TYPES, ...Object.values(SCHEMAS));

/** Kind (`cluster`, `endpoint`, `listener`, `route`, `secret`) -> all its resources. */
export type AdsResources = Readonly<Record<string, readonly JsonObject[]>>;

/** An ADS server for one proxy of a scenario; kinds that an update does not name stay. */
export class ControlPlane {
  readonly nacks: string[] = [];
  port = 0;
  private resources = new Map<string, ReadonlyMap<string, XdsResource>>();
  private version = 0;
  private changed: () => void = () => {};
  private server: AdsServer | undefined;

  async start(): Promise<void> {
    this.server = new AdsServer({
      source: {
        resources: () => this.resources,
        version: () => this.version,
        onChange: (listener) => {
          this.changed = listener;
          return { dispose: () => {} };
        },
      },
      observer: {
        connected: () => {},
        disconnected: () => {},
        sent: () => {},
        acked: () => {},
        settled: () => {},
        nacked: ({ typeUrl }, message) => this.nacks.push(`${typeUrl}: ${message}`),
      },
      clock: new SystemClock(),
      logger: SILENT_LOGGER,
    });
    const address = (await this.server.listen({ host: '127.0.0.1', port: this.port })) as AddressInfo;
    this.port = address.port;
  }

  async stop(): Promise<void> {
    await this.server?.close();
    this.server = undefined;
  }

  set(resources: AdsResources): void {
    const all = new Map(this.resources);
    for (const [kind, items] of Object.entries(resources)) {
      const schema = SCHEMAS[kind as keyof typeof SCHEMAS];
      if (schema === undefined) throw new Error(`ads: no kind ${kind}`);
      all.set(TYPE_URL[kind as keyof typeof TYPE_URL], new Map(items.map((item) => encode(schema, item))));
    }
    this.resources = all;
    this.version++;
    this.changed();
  }
}

function encode(schema: (typeof SCHEMAS)[keyof typeof SCHEMAS], item: JsonObject): [string, XdsResource] {
  const name = String(item['name'] ?? item['cluster_name']);
  const body = toBinary(schema, fromJson(schema, item, { registry: REGISTRY }));
  return [name, { name, version: createHash('sha256').update(body).digest('hex').slice(0, 12), body }];
}
