import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { EventClock } from '../base/event-clock.js';
import type { Logger } from '../base/logger.js';
import type { Random } from '../base/random.js';
import { TimerWheel } from '../base/timer-wheel.js';
import type { ProcessContext } from './context.js';
import { ProxyError } from './errors.js';
import { LogicalProxy, type LogicalProxyOptions } from './logical-proxy.js';

export interface ProxyServerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** All logical proxies of one process: they share its clock, timers and event loop, and nothing else. */
export class ProxyServer {
  private readonly context: ProcessContext;
  private readonly proxies = new Map<string, LogicalProxy>();

  constructor(options: ProxyServerOptions) {
    const clock = new EventClock(options.clock);
    const wheel = new TimerWheel(clock, (error) => options.logger.error('a timer threw', { error: messageOf(error) }));
    this.context = { ...options, clock, wheel };
  }

  get all(): readonly LogicalProxy[] {
    return [...this.proxies.values()];
  }

  get(id: string): LogicalProxy | undefined {
    return this.proxies.get(id);
  }

  /** Starts a logical proxy; wait for its `ready()`. @throws ProxyError DUPLICATE_PROXY */
  add(options: LogicalProxyOptions): LogicalProxy {
    if (this.proxies.has(options.id))
      throw new ProxyError('DUPLICATE_PROXY', `A logical proxy ${JSON.stringify(options.id)} exists`);
    const proxy = new LogicalProxy(this.context, options);
    this.proxies.set(options.id, proxy);
    proxy.start();
    return proxy;
  }

  /** Compiles what is static of a configuration, and opens nothing. @throws ProxyError INVALID_CONFIG */
  check(options: LogicalProxyOptions): void {
    new LogicalProxy(this.context, options).check();
  }

  /** Drains for `drain_ms`, then stops; does nothing when there is no such proxy. */
  async remove(id: string, drain_ms: number): Promise<void> {
    const proxy = this.proxies.get(id);
    if (proxy === undefined) return;
    this.proxies.delete(id);
    await proxy.close(drain_ms);
  }

  /** Stops all at once. */
  async close(): Promise<void> {
    await Promise.all([...this.proxies.keys()].map((id) => this.remove(id, 0)));
  }
}
