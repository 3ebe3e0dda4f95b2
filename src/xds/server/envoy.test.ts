import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { SystemClock } from '../../base/clock.js';
import { SILENT_LOGGER } from '../../base/logger.js';
import { findEnvoy, NO_ENVOY } from '../../base/testing/find-envoy.js';
import { startEnvoy } from '../testing/envoy.js';
import { Cluster_DiscoveryType, ClusterSchema } from '../types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ApiVersion } from '../types/gen/envoy/config/core/v3/config_source_pb.js';
import { ClusterLoadAssignmentSchema } from '../types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { ListenerSchema } from '../types/gen/envoy/config/listener/v3/listener_pb.js';
import { RouteConfigurationSchema } from '../types/gen/envoy/config/route/v3/route_pb.js';
import { RouterSchema } from '../types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import { HttpConnectionManagerSchema } from '../types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { AdsServer } from './ads-server.js';
import { TYPE_URL, type XdsResource } from './source.js';

const ADS = { configSourceSpecifier: { case: 'ads', value: {} }, resourceApiVersion: ApiVersion.V3 } as const;

function encoded<S extends DescMessage>(
  schema: S,
  name: string,
  version: string,
  init: MessageInitShape<S>,
): [string, XdsResource] {
  return [name, { name, version, body: toBinary(schema, create(schema, init)) }];
}

/** One listener, one route, one cluster with one endpoint; `version` changes the cluster and the route. */
function resources(listenPort: number, upstreamPort: number, version: string): Map<string, Map<string, XdsResource>> {
  const socket = (portValue: number) =>
    ({
      address: {
        case: 'socketAddress',
        value: { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: portValue } },
      },
    }) as const;
  const manager = create(HttpConnectionManagerSchema, {
    statPrefix: 'test',
    routeSpecifier: { case: 'rds', value: { routeConfigName: 'r', configSource: ADS } },
    httpFilters: [
      {
        name: 'envoy.filters.http.router',
        configType: { case: 'typedConfig', value: anyPack(RouterSchema, create(RouterSchema)) },
      },
    ],
  });
  const cluster = encoded(ClusterSchema, 'c', version, {
    name: 'c',
    clusterDiscoveryType: { case: 'type', value: Cluster_DiscoveryType.EDS },
    edsClusterConfig: { edsConfig: ADS },
    connectTimeout: { seconds: BigInt(version) },
  });
  const endpoints = encoded(ClusterLoadAssignmentSchema, 'c', '1', {
    clusterName: 'c',
    endpoints: [{ lbEndpoints: [{ hostIdentifier: { case: 'endpoint', value: { address: socket(upstreamPort) } } }] }],
  });
  const listener = encoded(ListenerSchema, 'l', '1', {
    name: 'l',
    address: socket(listenPort),
    filterChains: [
      {
        filters: [
          { name: 'hcm', configType: { case: 'typedConfig', value: anyPack(HttpConnectionManagerSchema, manager) } },
        ],
      },
    ],
  });
  const route = encoded(RouteConfigurationSchema, 'r', version, {
    name: 'r',
    responseHeadersToAdd: [{ header: { key: 'x-version', value: version } }],
    virtualHosts: [
      {
        name: 'all',
        domains: ['*'],
        routes: [
          {
            match: { pathSpecifier: { case: 'prefix', value: '/' } },
            action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: 'c' } } },
          },
        ],
      },
    ],
  });
  return new Map([
    [TYPE_URL.cluster, new Map([cluster])],
    [TYPE_URL.endpoint, new Map([endpoints])],
    [TYPE_URL.listener, new Map([listener])],
    [TYPE_URL.route, new Map([route])],
  ]);
}

async function listenAnywhere(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenAnywhere(server);
  server.close();
  return port;
}

function ask(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, (response) => {
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(`${response.statusCode} ${response.headers['x-version']} ${body}`));
    }).on('error', reject);
  });
}

const binary = findEnvoy();

for (const apiType of ['DELTA_GRPC', 'GRPC'] as const) {
  test(`ADS: real Envoy (${apiType}) routes by our resources and takes a change`, {
    skip: binary === undefined && NO_ENVOY,
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'trysail-envoy-'));
    const upstream = createServer((_, response) => response.end('hello'));
    const upstreamPort = await listenAnywhere(upstream);
    const listenPort = await freePort();
    let set = resources(listenPort, upstreamPort, '1');
    let version = 0;
    let changed: () => void = () => {};
    let acked: (typeUrl: string, versions: ReadonlyMap<string, string>) => void = () => {};
    const nacks: string[] = [];
    let nacked: () => void = () => {};
    const server = new AdsServer({
      source: {
        resources: () => set,
        version: () => ++version,
        onChange: (listener) => {
          changed = listener;
          return { dispose: () => {} };
        },
      },
      observer: {
        connected: () => {},
        disconnected: () => {},
        sent: () => {},
        settled: () => {},
        acked: ({ typeUrl, changed }) => acked(typeUrl, new Map(changed.map(({ name, version }) => [name, version]))),
        nacked: ({ typeUrl }, message) => {
          nacks.push(`${typeUrl}: ${message}`);
          nacked();
        },
      },
      clock: new SystemClock(),
      logger: SILENT_LOGGER,
    });
    const routeAcked = (version: string): Promise<void> =>
      new Promise((resolve) => {
        acked = (typeUrl, versions) => {
          if (typeUrl === TYPE_URL.route && versions.get('r') === version) resolve();
        };
      });
    const adsPath = join(folder, 'xds.sock');
    await server.listen({ path: adsPath });
    const first = routeAcked('1');
    const envoy = startEnvoy({ binary: binary ?? '', folder, nodeId: 'router~test', adsPath, apiType });
    t.after(async () => {
      envoy.kill('SIGKILL');
      await once(envoy, 'exit');
      await server.close();
      upstream.close();
      rmSync(folder, { recursive: true });
    });
    const died = once(envoy, 'exit').then(() =>
      assert.fail(`Envoy ended: ${readFileSync(join(folder, 'envoy.log'), 'utf8')}`),
    );
    died.catch(() => {});
    await Promise.race([first, died]);
    // Envoy acknowledges the route a moment before the listener that waited for it accepts.
    assert.equal(await answerOf(listenPort, 'ECONNREFUSED'), '200 1 hello');
    const second = routeAcked('2');
    set = resources(listenPort, upstreamPort, '2');
    changed();
    await Promise.race([second, died]);
    assert.equal(await ask(listenPort), '200 2 hello', 'the changed cluster does not wait for its endpoints');
    assert.deepEqual(nacks, []);
    const rejected = new Promise<void>((resolve) => {
      nacked = resolve;
    });
    set = resources(listenPort, upstreamPort, '3');
    const [name, broken] = encoded(ListenerSchema, 'broken', '1', { name: 'broken' });
    set.get(TYPE_URL.listener)?.set(name, broken);
    const third = routeAcked('3');
    changed();
    await Promise.race([Promise.all([rejected, third]), died]);
    assert.equal(nacks.length, 1, 'told once, and sent once');
    assert.match(nacks[0] ?? '', /Listener: .*broken/s);
    assert.equal(await ask(listenPort), '200 3 hello', 'what comes after a rejected listener still arrives');
  });
}

/** The answer, once the port no longer fails with `code`. */
async function answerOf(port: number, code: string): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask(port);
    } catch (error) {
      if (tries > 200 || (error as NodeJS.ErrnoException).code !== code) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
