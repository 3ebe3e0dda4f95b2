import { readFileSync } from 'node:fs';
import { SystemClock } from '../../base/clock.js';
import { messageOf, TrysailError } from '../../base/errors.js';
import { LineLogger, LogThreshold } from '../../base/logger.js';
import { SystemRandom } from '../../base/random.js';
import type { ProxyOptions } from '../../cli/dependencies.js';
import {
  AdminServer,
  HostSockets,
  type LoadedBootstrap,
  loadBootstrap,
  ProxyServer,
  TextBuffer,
} from '../../proxy/index.js';
import { PROXY_VERSION } from '../../resources/injection/sidecar.js';

/** Runs one proxy from an Envoy bootstrap until a signal, or only checks it. @returns the exit code */
export async function runStandaloneProxy(options: ProxyOptions): Promise<number> {
  const bootstrap = loadBootstrap(options.configPath === undefined ? '{}' : readConfig(options.configPath), options);
  if (options.mode === 'validate') return validate(bootstrap);
  const logThreshold = new LogThreshold('info');
  const logger = new LineLogger((line) => process.stderr.write(line), logThreshold);
  const clock = new SystemClock();
  const server = new ProxyServer({ clock, random: new SystemRandom(), logger });
  const logs = {
    stdout: new TextBuffer(clock, (text) => pass(process.stdout, text)),
    stderr: new TextBuffer(clock, (text) => pass(process.stderr, text)),
  };
  const proxy = server.add({
    id: bootstrap.node.id || 'proxy',
    node: bootstrap.node,
    sockets: new HostSockets(),
    bootstrap: bootstrap.message,
    drain: { time_ms: options.drainTimeS * 1000, strategy: options.drainStrategy },
    onLog: (text, stream) => logs[stream].append(text),
  });
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  if (bootstrap.admin) {
    const adminOptions = { version: PROXY_VERSION, logThreshold, quit: end };
    await new AdminServer(proxy, adminOptions).listen(bootstrap.admin);
  }
  await Promise.race([proxy.ready(), ended]);
  logger.info('ready');
  await ended;
  await server.close();
  for (const log of Object.values(logs)) log.flush();
  return 0;
}

/** What waits for a reader that is slow; text beyond it is dropped. */
const WAITING_BYTES_MAX = 16 * 1024 * 1024;

function pass(stream: NodeJS.WriteStream, text: string): void {
  if (stream.writableLength < WAITING_BYTES_MAX) stream.write(text, 'latin1');
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
