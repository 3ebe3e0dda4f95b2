/** Serves bootstrap files, each as a logical proxy of its own: `node serve.js FILE…`. */
import { readFileSync } from 'node:fs';
import { SystemClock } from '../../src/base/clock.js';
import { LineLogger } from '../../src/base/logger.js';
import { SystemRandom } from '../../src/base/random.js';
import { HostSockets, loadBootstrap, ProxyServer } from '../../src/proxy/index.js';

const logger = new LineLogger((line) => process.stderr.write(line));
const server = new ProxyServer({ clock: new SystemClock(), random: new SystemRandom(), logger });
for (const file of process.argv.slice(2)) {
  const { node, message } = loadBootstrap(readFileSync(file, 'utf8'));
  server.add({ id: file, node, sockets: new HostSockets(), bootstrap: message });
}
process.on('SIGTERM', () => process.exit(0));
