import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface EnvoyOptions {
  readonly binary: string;
  /** A folder of the test's own. */
  readonly folder: string;
  readonly nodeId: string;
  /** The ADS server's Unix socket. */
  readonly adsPath: string;
  readonly apiType: 'DELTA_GRPC' | 'GRPC';
}

/** Starts an Envoy that takes clusters and listeners from an ADS server. The caller ends it; its log is in `envoy.log`. */
export function startEnvoy(options: EnvoyOptions): ChildProcess {
  const bootstrap = join(options.folder, 'bootstrap.json');
  writeFileSync(bootstrap, JSON.stringify(adsBootstrap(options)));
  const log = join(options.folder, 'envoy.log');
  const args = [
    '-c',
    bootstrap,
    '--log-path',
    log,
    '--log-level',
    'warn',
    '--concurrency',
    '1',
    '--disable-hot-restart',
  ];
  const envoy = spawn(options.binary, args, { stdio: 'ignore' });
  // A test that fails half way must not leave it running.
  process.once('exit', () => envoy.kill('SIGKILL'));
  return envoy;
}

function adsBootstrap({ nodeId, adsPath, apiType }: EnvoyOptions): unknown {
  const ads = { ads: {}, resource_api_version: 'V3' };
  return {
    node: { id: nodeId, cluster: 'test', metadata: { NAMESPACE: 'default' } },
    dynamic_resources: {
      ads_config: {
        api_type: apiType,
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'control-plane' } }],
      },
      cds_config: ads,
      lds_config: ads,
    },
    static_resources: {
      clusters: [
        {
          name: 'control-plane',
          type: 'STATIC',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'control-plane',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: adsPath } } } }] }],
          },
        },
      ],
    },
  };
}
