import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemClock } from '../../src/base/clock.js';
import { LineLogger } from '../../src/base/logger.js';
import { SystemRandom } from '../../src/base/random.js';
import { ControlPlane } from '../../src/main/up/control-plane.js';
import type { ControlAnswer, ControlCall } from './messages.js';

/** The control plane alone in a process of its own, so that what it costs can be told from what its clients cost. */
const [folder = join(tmpdir(), 'trysail-bench')] = process.argv.slice(2);
const controlPlane = await ControlPlane.start({
  clock: new SystemClock(),
  random: new SystemRandom(),
  logger: new LineLogger((line) => void process.stderr.write(line)),
  apiPort: 0,
  ephemeral: false,
  rbac: false,
  effects: { users: false, rights: false, limits: false },
  paths: {
    store: join(folder, 'store'),
    pki: join(folder, 'pki'),
    kubeconfig: join(folder, 'kubeconfig'),
    nodeKubeconfig: join(folder, 'node-kubeconfig'),
    policySocket: join(folder, 'policy.sock'),
    policyLog: join(folder, 'policy.log'),
    adsSocket: join(folder, 'ads.sock'),
    volumes: join(folder, 'volumes'),
  },
  agentSocket: () => undefined,
});

function tell(answer: ControlAnswer): void {
  process.send?.(answer);
}

process.on('message', (call: ControlCall) => {
  if (call.type === 'stop') void controlPlane.stop().then(() => process.exit(0));
  else {
    if (call.type === 'collect') globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    tell({ type: 'usage', cpu_us: user + system, rss_bytes: process.memoryUsage.rss() });
  }
});
process.on('disconnect', () => process.exit(0));
tell({ type: 'ready' });
