import type { EventClock } from '../base/event-clock.js';
import type { Logger } from '../base/logger.js';
import type { Random } from '../base/random.js';
import type { TimerWheel } from '../base/timer-wheel.js';
import type { LogFiles } from './access-log/log-file.js';
import type { SecretManager } from './config/secret-manager.js';
import type { Lifecycle } from './lifecycle.js';
import type { SocketFactory } from './network.js';
import type { PolicyStore } from './policy/policy-store.js';
import type { Runtime } from './runtime/runtime.js';
import type { StatsStore } from './stats/store.js';

/** What is the process': shared by all its logical proxies. */
export interface ProcessContext {
  readonly clock: EventClock;
  readonly random: Random;
  readonly wheel: TimerWheel;
  readonly logger: Logger;
}

/** Who a logical proxy is, for filters and formatters that ask. */
export interface NodeIdentity {
  readonly id: string;
  readonly cluster: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly locality: { readonly region: string; readonly zone: string };
}

/** What the parts of one logical proxy share. */
export interface ProxyContext extends ProcessContext {
  readonly node: NodeIdentity;
  readonly sockets: SocketFactory;
  readonly stats: StatsStore;
  readonly secrets: SecretManager;
  /** Values that the bootstrap's `layered_runtime` and the admin set. */
  readonly runtime: Runtime;
  readonly lifecycle: Lifecycle;
  /** What Mixer's rules check and report here; empty where no control plane sends any. */
  readonly policy: PolicyStore;
  readonly logFiles: LogFiles;
  /** What an access log wrote to stdout or stderr, with its line end; each character is one byte. */
  writeLog(text: string, stream: 'stdout' | 'stderr'): void;
}
