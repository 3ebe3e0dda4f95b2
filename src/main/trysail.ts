import type { CliDependencies } from '../cli/dependencies.js';
import { type ImageCommands, runCli } from '../cli/index.js';
import type { MeshLauncher } from '../cli/launcher.js';
import type { Client, PathClient } from '../client/client.js';
import type { Connection } from '../client/kubeconfig.js';
import { PROXY_VERSION } from '../resources/injection/sidecar.js';

/** The command. What a command does not need is not loaded: most of them only talk to a mesh. */
const dependencies: CliDependencies = {
  version: PROXY_VERSION,
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: () => Date.now(),
  self: [process.execPath, process.argv[1] ?? ''],
  launcher: lazyLauncher(),
  images,
  connect,
  proxy: async (options) => (await import('./proxy/standalone.js')).runStandaloneProxy(options),
};

function lazyLauncher(): MeshLauncher {
  const load = async (): Promise<MeshLauncher> => {
    const { LocalLauncher } = await import('./up/launcher.js');
    return new LocalLauncher(process.env);
  };
  return {
    up: async (options, progress, signal) => (await load()).up(options, progress, signal),
    upDetached: async (options, progress) => (await load()).upDetached(options, progress),
    down: async (name, progress) => (await load()).down(name, progress),
    status: async (name) => (await load()).status(name),
  };
}

async function images(stateFolder: string, mesh: string): Promise<ImageCommands> {
  const { StoreImages } = await import('./images.js');
  const registryAddress = async () => (await dependencies.launcher.status(mesh).catch(() => undefined))?.registry;
  return new StoreImages({ stateFolder, env: process.env, registryAddress });
}

async function connect(connection: Connection): Promise<Client & PathClient> {
  const { RemoteClient } = await import('../client/remote-client.js');
  return new RemoteClient(connection);
}

// Whoever read us may be gone: `| head`, a closed terminal. What there is to end is still ended in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

process.exitCode = await runCli(process.argv.slice(2), dependencies);
