import { appendFileSync } from 'node:fs';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Mesh } from '../../compiler/index.js';
import type { Value } from '../../expr/index.js';
import {
  FluentdForwarder,
  type LogSink,
  MemoryQuotas,
  MetricRegistry,
  Policy,
  type PolicyConfig,
  type QuotaBackend,
  quotasByPlace,
  RedisQuotas,
  workloadAttributes,
} from '../../policy/index.js';
import type { PolicyDirectory } from '../../policy-server/index.js';
import { connectTo } from '../../proxy/policy/connect-to.js';
import { fetchList } from '../../proxy/policy/fetch-list.js';

export interface LivePolicyOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The mesh as it is now. */
  readonly mesh: () => Mesh;
  /** Takes what stdio handlers write, a line each. */
  readonly logFile: string;
}

type Attributes = ReadonlyMap<string, Value>;

/** The mesh's policy for those that ask the control plane: compiled when it changes, with quotas counted once for all proxies. */
export class LivePolicy implements PolicyDirectory {
  readonly quotas: QuotaBackend;
  readonly metrics = new MetricRegistry();
  private readonly redis: RedisQuotas;
  private readonly logs: LogSink;
  private compiled: { readonly config: PolicyConfig; readonly policy: Policy } | undefined;
  private seen: Mesh['policy'];
  private byAddress: ReadonlyMap<string, Attributes> = new Map();

  constructor(private readonly options: LivePolicyOptions) {
    const { clock, logger, logFile } = options;
    this.redis = new RedisQuotas(connectTo, clock);
    this.quotas = quotasByPlace(new MemoryQuotas(clock), this.redis);
    const forwarder = new FluentdForwarder(connectTo, clock, logger);
    this.logs = {
      forward: forwarder.forward,
      write: (_handler, line) => {
        try {
          appendFileSync(logFile, `${line}\n`);
        } catch {
          // A full disk must not end what it only tells of.
        }
      },
    };
  }

  get policy(): Policy | undefined {
    this.refresh();
    return this.compiled?.policy;
  }

  workloadAt(address: string): Attributes | undefined {
    this.refresh();
    return this.byAddress.get(address);
  }

  serviceOf(workload: Attributes | undefined, host: string): string {
    const namespace = workload?.get('namespace');
    const { services, config } = this.options.mesh();
    const names = [host, `${host}.svc.${config.clusterDomain}`, `${host}.${config.clusterDomain}`];
    const own = [`${host}.${namespace}.svc.${config.clusterDomain}`, ...names].find((name) => services.has(name));
    return own ?? String(workload?.get('service') ?? '');
  }

  close(): void {
    this.compiled?.policy.close();
    this.redis.close();
  }

  private refresh(): void {
    const { policy } = this.options.mesh();
    if (policy === this.seen) return;
    this.seen = policy;
    this.byAddress = new Map((policy?.workloads ?? []).map((each) => [each.ip, workloadAttributes(each)]));
    if (policy?.config === this.compiled?.config) return;
    this.compiled?.policy.close();
    this.compiled = policy && { config: policy.config, policy: this.compile(policy.config) };
  }

  private compile(config: PolicyConfig): Policy {
    const { clock, logger } = this.options;
    return new Policy(config, {
      clock,
      logger,
      quotas: this.quotas,
      metrics: this.metrics,
      logs: this.logs,
      fetchList,
    });
  }
}
