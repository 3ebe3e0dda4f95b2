import { readFileSync } from 'node:fs';
import { SystemClock } from '../../base/clock.js';
import { messageOf, TrysailError } from '../../base/errors.js';
import { LineLogger } from '../../base/logger.js';
import { SystemRandom } from '../../base/random.js';
import type { ProxyOptions } from '../../cli/dependencies.js';
import { AdminServer, HostSockets, type LoadedBootstrap, loadBootstrap, ProxyServer } from '../../proxy/index.js';

/** Runs one proxy from an Envoy bootstrap until a signal, or only checks it. @returns the exit code */
export async function runStandaloneProxy(options: ProxyOptions): Promise<number> {
  const bootstrap = loadBootstrap(options.configPath === undefined ? '{}' : readConfig(options.configPath), options);
  if (options.mode === 'validate') return validate(bootstrap);
  const logger = new LineLogger((line) => process.stderr.write(line));
  const server = new ProxyServer({ clock: new SystemClock(), random: new SystemRandom(), logger });
  const proxy = server.add({
    id: bootstrap.node.id || 'proxy',
    node: bootstrap.node,
    sockets: new HostSockets(),
    bootstrap: bootstrap.message,
    onLog: (line) => process.stdout.write(`${line}\n`),
  });
  await proxy.ready();
  if (bootstrap.admin) await new AdminServer(proxy).listen(bootstrap.admin);
  logger.info('ready');
  await new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  await server.close();
  return 0;
}

/** Compiles everything static, and opens no socket. */
function validate({ message, node }: LoadedBootstrap): number {
  const logger = new LineLogger((line) => process.stderr.write(line));
  const context = { clock: new SystemClock(), random: new SystemRandom(), logger };
  new ProxyServer(context).check({ id: node.id || 'proxy', node, sockets: new HostSockets(), bootstrap: message });
  process.stdout.write('configuration OK\n');
  return 0;
}

function readConfig(configFile: string): string {
  try {
    return readFileSync(configFile, 'utf8');
  } catch (error) {
    throw new TrysailError(
      'NO_CONFIG',
      `cannot read ${configFile}: ${messageOf(error)}`,
      'Give an Envoy bootstrap, YAML or JSON.',
    );
  }
}
