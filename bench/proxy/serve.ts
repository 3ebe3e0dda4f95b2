/**
 * Serves bootstrap files, each as a logical proxy of its own: `node serve.js [--linked] FILE…`. Linked, connections from one to
 * another stay in the process, as those of a mesh do.
 */
import { readFileSync } from 'node:fs';
import { SystemClock } from '../../src/base/clock.js';
import { LineLogger } from '../../src/base/logger.js';
import { SystemRandom } from '../../src/base/random.js';
import { HostSockets, LinkedSockets, LinkNetwork, loadBootstrap, ProxyServer } from '../../src/proxy/index.js';

const words = process.argv.slice(2);
const network = new LinkNetwork();
const sockets = words.includes('--linked')
  ? new LinkedSockets(new HostSockets(), network, { address: '127.0.0.1' })
  : new HostSockets();
const logger = new LineLogger((line) => process.stderr.write(line));
const server = new ProxyServer({ clock: new SystemClock(), random: new SystemRandom(), logger });
for (const file of words.filter((word) => word !== '--linked')) {
  const { node, message } = loadBootstrap(readFileSync(file, 'utf8'));
  server.add({ id: file, node, sockets, bootstrap: message });
}
process.on('SIGTERM', () => process.exit(0));
