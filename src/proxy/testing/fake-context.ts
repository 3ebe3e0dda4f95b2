import type { Clock } from '../../base/clock.js';
import { EventClock } from '../../base/event-clock.js';
import { FakeClock } from '../../base/fake-clock.js';
import { SILENT_LOGGER } from '../../base/logger.js';
import { SeededRandom } from '../../base/random.js';
import { TimerWheel } from '../../base/timer-wheel.js';
import { LogFiles } from '../access-log/log-file.js';
import { SecretManager } from '../config/secret-manager.js';
import type { ProxyContext } from '../context.js';
import { Lifecycle } from '../lifecycle.js';
import { HostSockets } from '../network.js';
import { policyEnvironment } from '../policy/environment.js';
import { PolicyStore } from '../policy/policy-store.js';
import { Runtime } from '../runtime/runtime.js';
import { StatsStore } from '../stats/store.js';

/** What a part of a logical proxy is made with, for tests of that part alone: a clock in the test's hands, no control plane. */
export function fakeContext(fake: Clock = new FakeClock()): ProxyContext {
  const clock = new EventClock(fake);
  const stats = new StatsStore();
  const base = {
    clock,
    random: new SeededRandom(3),
    wheel: new TimerWheel(clock),
    logger: SILENT_LOGGER,
    stats,
    lifecycle: new Lifecycle(clock.monotonic_ms()),
    logFiles: new LogFiles(clock, stats),
    sockets: new HostSockets(),
    node: { id: '', cluster: '', metadata: {}, locality: { region: '', zone: '' } },
    runtime: new Runtime(),
    writeLog: () => {},
  };
  const secrets = new SecretManager(
    base,
    () => {},
    () => {},
  );
  return { ...base, secrets, policy: new PolicyStore(policyEnvironment(base)) };
}
