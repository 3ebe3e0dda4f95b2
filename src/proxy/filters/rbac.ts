import type { RBAC } from '../../xds/types/gen/envoy/config/rbac/v3/rbac_pb.js';
import {
  RBACPerRouteSchema,
  RBACSchema,
  type RBAC as RbacConfig,
} from '../../xds/types/gen/envoy/extensions/filters/http/rbac/v3/rbac_pb.js';
import { unpack } from '../config/registry.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { denialDetails, RbacEngine, type RbacVerdict } from '../rbac/engine.js';
import { overrideOf } from '../route/filter-overrides.js';
import type { StatsStore } from '../stats/store.js';
import type { CompileOverride, MakeFilter } from './http-filter-kind.js';

/** The namespace in which access logs look for a hint. */
const COMMON_NAMESPACE = 'envoy.common';

/** The rules of the filter, or of a route. */
export class RbacRules {
  readonly enforced: RbacEngine | undefined;
  readonly shadow: RbacEngine | undefined;
  readonly enforcedPrefix: string;
  readonly shadowPrefix: string;
  readonly perPolicy: boolean;

  /** @throws ConfigError */
  constructor(config: RbacConfig | undefined, path: string) {
    this.enforced = compileEngine(config?.rules, `${path}.rules`);
    this.shadow = compileEngine(config?.shadowRules, `${path}.shadow_rules`);
    this.enforcedPrefix = config?.rulesStatPrefix ?? '';
    this.shadowPrefix = config?.shadowRulesStatPrefix ?? '';
    this.perPolicy = config?.trackPerRuleStats ?? false;
  }

  static readonly compileOverride: CompileOverride = (config, path) =>
    new RbacRules(unpack(config, RBACPerRouteSchema).rbac, `${path}.rbac`);
}

function compileEngine(config: RBAC | undefined, path: string): RbacEngine | undefined {
  return config === undefined ? undefined : new RbacEngine(config, path);
}

/** `envoy.filters.http.rbac`: lets requests pass that policies allow. */
export class RbacFilter implements HttpFilter {
  static readonly make: MakeFilter = (config, { name, context, statPrefix, path }) =>
    new RbacFilter(name, context.stats, new RbacRules(unpack(config, RBACSchema), path), `http.${statPrefix}.rbac.`);

  private readonly enforcedStats: string;
  private readonly shadowStats: string;

  private constructor(
    readonly name: string,
    private readonly stats: StatsStore,
    private readonly rules: RbacRules,
    statPrefix: string,
  ) {
    this.enforcedStats = joined(statPrefix, rules.enforcedPrefix);
    this.shadowStats = joined(statPrefix, rules.shadowPrefix);
    for (const result of ['allowed', 'denied']) {
      stats.counter(`${this.enforcedStats}${result}`);
      stats.counter(`${this.shadowStats}shadow_${result}`);
    }
  }

  onRequest(stream: HttpStream): boolean {
    const rules = overrideOf(stream, this.name, RbacRules) ?? this.rules;
    if (rules.shadow !== undefined) this.shadow(stream, rules, rules.shadow);
    const { enforced } = rules;
    if (enforced === undefined) return true;
    const verdict = enforced.decide(stream);
    if (enforced.logs) hint(stream, verdict.policy !== undefined);
    const result = verdict.allowed ? 'allowed' : 'denied';
    this.count(rules, this.enforcedStats, verdict, result);
    this.note(stream, rules.enforcedPrefix, 'enforced', verdict, result);
    if (verdict.allowed) return true;
    stream.localReply(403, 'RBAC: access denied', 0, denialDetails(verdict));
    return false;
  }

  private shadow(stream: HttpStream, rules: RbacRules, engine: RbacEngine): void {
    const verdict = engine.decide(stream);
    const result = verdict.allowed ? 'allowed' : 'denied';
    this.count(rules, this.shadowStats, verdict, `shadow_${result}`);
    this.note(stream, rules.shadowPrefix, 'shadow', verdict, result);
  }

  private count(rules: RbacRules, prefix: string, verdict: RbacVerdict, result: string): void {
    this.stats.counter(`${prefix}${result}`).inc();
    if (rules.perPolicy && verdict.policy !== undefined)
      this.stats.counter(`${prefix}policy.${verdict.policy}.${result}`).inc();
  }

  /** Leaves the outcome to access logs and other filters. */
  private note(stream: HttpStream, prefix: string, mode: string, verdict: RbacVerdict, result: string): void {
    const found = { ...stream.metadata.get(this.name), [`${prefix}${mode}_engine_result`]: result };
    if (verdict.policy !== undefined) found[`${prefix}${mode}_effective_policy_id`] = verdict.policy;
    stream.metadata.set(this.name, found);
  }
}

/** Tells access logs whether a policy of `LOG` matched. */
function hint(stream: HttpStream, logged: boolean): void {
  stream.metadata.set(COMMON_NAMESPACE, { ...stream.metadata.get(COMMON_NAMESPACE), access_log_hint: logged });
}

/** A prefix ends in a dot, whether its configuration has one or not. */
function joined(prefix: string, rest: string): string {
  return rest === '' || rest.endsWith('.') ? `${prefix}${rest}` : `${prefix}${rest}.`;
}
