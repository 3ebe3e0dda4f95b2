import { FakeClock } from '../base/fake-clock.js';
import { LineLogger } from '../base/logger.js';
import type { AttributeBag, Value } from '../expr/index.js';
import { EMPTY_POLICY, type HandlerConfig, type InstanceConfig, type PolicyConfig, type RuleConfig } from './config.js';
import type { PolicyEnvironment } from './environment.js';
import { Policy } from './policy.js';
import { MemoryQuotas } from './quota/memory.js';
import type { LogValue } from './report/log-sink.js';
import { MetricRegistry } from './report/metric-registry.js';

/** An environment whose time moves when told and whose sinks can be read. */
export class TestEnvironment implements PolicyEnvironment {
  readonly clock = new FakeClock(Date.UTC(2018, 2, 1));
  readonly warnings: string[] = [];
  readonly logger = new LineLogger((line) => this.warnings.push(line), 'warn');
  readonly quotas: PolicyEnvironment['quotas'] = new MemoryQuotas(this.clock);
  readonly metrics = new MetricRegistry();
  readonly lines: string[] = [];
  readonly forwarded: { address: string; tag: string; time_ms: number; record: Readonly<Record<string, LogValue>> }[] =
    [];
  /** What the next fetch of a list gives. */
  list: string | Error = '';
  readonly logs: PolicyEnvironment['logs'] = {
    write: (_handler, line) => void this.lines.push(line),
    forward: (address, tag, time_ms, record) => void this.forwarded.push({ address, tag, time_ms, record }),
  };

  async fetchList(): Promise<string> {
    if (this.list instanceof Error) throw this.list;
    return this.list;
  }
}

export function bag(attributes: Record<string, Value | Record<string, string>>): AttributeBag {
  return new Map(
    Object.entries(attributes).map(([name, value]): [string, Value] => [
      name,
      typeof value === 'object' && !('get' in value) ? new Map(Object.entries(value)) : (value as Value),
    ]),
  );
}

/** A rule of the namespace `shop` that always applies and sends the instances to the handler. */
export function rule(handler: string, instances: readonly string[], more: Partial<RuleConfig> = {}): RuleConfig {
  return { namespace: 'shop', name: 'r', match: '', protocol: 'http', actions: [{ handler, instances }], ...more };
}

export function configOf(
  handlers: Record<string, HandlerConfig>,
  instances: Record<string, InstanceConfig>,
  rules: readonly RuleConfig[],
  more: Partial<PolicyConfig> = {},
): PolicyConfig {
  // it must survive the way through JSON
  return JSON.parse(JSON.stringify({ ...EMPTY_POLICY, handlers, instances, rules, ...more })) as PolicyConfig;
}

export function policyWith(environment: PolicyEnvironment, ...parts: Parameters<typeof configOf>): Policy {
  return new Policy(configOf(...parts), environment);
}
