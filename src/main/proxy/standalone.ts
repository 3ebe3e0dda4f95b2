import { readFileSync } from 'node:fs';
import { SystemClock } from '../../base/clock.js';
import { messageOf, TrysailError } from '../../base/errors.js';
import { LineLogger } from '../../base/logger.js';
import { SystemRandom } from '../../base/random.js';
import { AdminServer, HostSockets, loadBootstrap, ProxyServer } from '../../proxy/index.js';

/** Runs one proxy from an Envoy bootstrap file until a signal. @returns the exit code */
export async function runStandaloneProxy(configFile: string): Promise<number> {
  const bootstrap = loadBootstrap(readConfig(configFile));
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
