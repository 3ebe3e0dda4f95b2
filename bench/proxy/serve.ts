/** Serves a bootstrap file: `node serve.js FILE`. */
import { readFileSync } from 'node:fs';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { SystemRandom } from '../../src/base/random.js';
import { HostSockets, loadBootstrap, ProxyServer } from '../../src/proxy/index.js';

const { node, configStream } = loadBootstrap(readFileSync(process.argv[2]!, 'utf8'));
const server = new ProxyServer({ clock: new SystemClock(), random: new SystemRandom(), logger: SILENT_LOGGER });
server.add({ id: 'bench', node, sockets: new HostSockets(), configStream });
process.on('SIGTERM', () => process.exit(0));
