import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { type AttributeBag, canonicalIp } from '../../src/expr/index.js';
import {
  ALLOWED,
  MemoryQuotas,
  MetricRegistry,
  Policy,
  type PolicyConfig,
  type Verdict,
} from '../../src/policy/index.js';

const BATCHES = 300;
const CHECKS_PER_BATCH = 2_000;

export interface PolicyFigures {
  /** One denier's rule with two labels compared; the request is another caller's. */
  readonly checkOneRulePasses_ns: number;
  /** The same, refused. */
  readonly checkOneRuleRefused_ns: number;
  readonly checkTenRules_ns: number;
  /** A rolling window with two dimensions, counted in memory. */
  readonly quotaInMemory_ns: number;
}

const MATCH = 'destination.labels["app"] == "preference" && source.labels["app"]=="customer"';

function config(rules: number, quota = false): PolicyConfig {
  const handler = quota ? 'h.memquota.shop' : 'h.denier.shop';
  const instance = quota ? 'q.quota.shop' : 'i.checknothing.shop';
  const limit = { maxAmount: 1e9, validDuration_ms: 1_000 };
  const quotas = [
    { ...limit, name: instance, algorithm: 'ROLLING_WINDOW', bucketDuration_ms: 0, overrides: [] } as const,
  ];
  return {
    attributes: {},
    rootNamespace: 'istio-system',
    rules: Array.from({ length: rules }, (_, index) => ({
      namespace: 'shop',
      name: `r${index}`,
      match: quota ? '' : MATCH,
      protocol: 'http',
      actions: [{ handler, instances: [instance] }],
    })),
    handlers: {
      'h.denier.shop': { adapter: 'denier', code: 7, message: 'Not allowed' },
      'h.memquota.shop': { adapter: 'memquota', minDeduplicationDuration_ms: 1_000, quotas },
    },
    instances: {
      'i.checknothing.shop': { template: 'checknothing' },
      'q.quota.shop': {
        template: 'quota',
        dimensions: { source: 'source.labels["app"] | "unknown"', destination: 'destination.service | "unknown"' },
      },
    },
    quotaSpecs: [],
  };
}

function policyOf(parsed: PolicyConfig): Policy {
  const clock = new SystemClock();
  return new Policy(parsed, {
    clock,
    logger: SILENT_LOGGER,
    quotas: new MemoryQuotas(clock),
    metrics: new MetricRegistry(),
    logs: { write: () => {}, forward: () => {} },
    fetchList: () => Promise.reject(new Error('none')),
  });
}

function request(app: string): AttributeBag {
  return new Map<string, string | Map<string, string>>([
    ['destination.service', 'preference.shop.svc.cluster.local'],
    ['destination.labels', new Map([['app', 'preference']])],
    ['source.labels', new Map([['app', app]])],
    ['source.ip', canonicalIp('10.0.0.1')!],
    ['context.protocol', 'http'],
  ]);
}

/** What policy costs a request, in the proxy: the shortest of many batches. */
export function measurePolicyCheck(): PolicyFigures {
  const one = policyOf(config(1));
  return {
    checkOneRulePasses_ns: cost(one, request('recommendation'), true),
    checkOneRuleRefused_ns: cost(one, request('customer'), false),
    checkTenRules_ns: cost(policyOf(config(10)), request('recommendation'), true),
    quotaInMemory_ns: cost(policyOf(config(1, true)), request('customer'), true),
  };
}

function cost(policy: Policy, bag: AttributeBag, passes: boolean): number {
  let shortest_ms = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < BATCHES; batch++) {
    let passed = 0;
    const began_ms = performance.now();
    for (let check = 0; check < CHECKS_PER_BATCH; check++) {
      const verdict: Verdict | Promise<Verdict> = policy.check(bag);
      if (verdict === ALLOWED) passed++;
    }
    shortest_ms = Math.min(shortest_ms, performance.now() - began_ms);
    if (passed !== (passes ? CHECKS_PER_BATCH : 0)) throw new Error('a verdict is not what the policy says');
  }
  return Math.round((shortest_ms / CHECKS_PER_BATCH) * 1e6);
}
