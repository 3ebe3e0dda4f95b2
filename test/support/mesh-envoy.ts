import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './load.js';

const READY_MS = 10_000;

export interface MeshEnvoyOptions {
  readonly binary: string;
  /** `router~127.9.0.1~name.namespace~namespace.svc.cluster.local` */
  readonly nodeId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The ADS server's Unix socket. */
  readonly adsPath: string;
}

/** A real Envoy that has nothing but an identity; a mesh's control plane configures it by delta ADS. */
export class MeshEnvoy {
  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
  ) {}

  /** Resolves when it serves its first complete configuration. */
  static async start(options: MeshEnvoyOptions): Promise<MeshEnvoy> {
    const folder = mkdtempSync(join(tmpdir(), 'trysail-envoy-'));
    const bootstrap = join(folder, 'bootstrap.json');
    writeFileSync(bootstrap, JSON.stringify(bootstrapOf(options)));
    const args = ['-c', bootstrap, '--concurrency', '1', '--use-dynamic-base-id', '--log-level', 'warn'];
    const files = ['--log-path', join(folder, 'log'), '--admin-address-path', join(folder, 'admin')];
    const envoy = new MeshEnvoy(spawn(options.binary, [...args, ...files], { stdio: 'ignore' }), folder);
    // A test run that is killed must not leave it behind.
    process.once('exit', () => envoy.process.kill('SIGKILL'));
    try {
      await eventually('Envoy is ready', READY_MS, async () =>
        (await envoy.admin('/ready')).trim() === 'LIVE' ? true : undefined,
      );
      return envoy;
    } catch (error) {
      const log = envoy.log();
      await envoy.close();
      throw new Error(`Envoy did not start\n${log}`, { cause: error });
    }
  }

  async admin(path: string): Promise<string> {
    const address = readFileSync(join(this.folder, 'admin'), 'utf8').trim();
    return (await fetch(`http://${address}${path}`)).text();
  }

  /** How often it refused what the control plane sent. */
  async refusals(): Promise<number> {
    const stats = await this.admin('/stats?filter=update_rejected');
    return [...stats.matchAll(/: (\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
  }

  log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8');
  }

  async close(): Promise<void> {
    const { process: child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function bootstrapOf({ nodeId, metadata, adsPath }: MeshEnvoyOptions): unknown {
  const ads = { ads: {}, resource_api_version: 'V3' };
  const http2 = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  const controlPlane = {
    name: 'control-plane',
    type: 'STATIC',
    typed_extension_protocol_options: {
      [http2]: { '@type': `type.googleapis.com/${http2}`, explicit_http_config: { http2_protocol_options: {} } },
    },
    load_assignment: {
      cluster_name: 'control-plane',
      endpoints: [{ lb_endpoints: [{ endpoint: { address: { pipe: { path: adsPath } } } }] }],
    },
  };
  return {
    node: { id: nodeId, cluster: 'test', metadata },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
    dynamic_resources: {
      ads_config: {
        api_type: 'DELTA_GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'control-plane' } }],
      },
      cds_config: ads,
      lds_config: ads,
    },
    static_resources: { clusters: [controlPlane] },
  };
}
