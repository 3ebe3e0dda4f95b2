import type { RateLimit, RateLimit_Override } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { RateLimitUnit } from '../../xds/types/gen/envoy/type/v3/ratelimit_unit_pb.js';
import { ConfigError } from '../errors.js';
import type { HttpStream } from '../http/http-stream.js';
import type { Descriptor, DescriptorEntry } from '../ratelimit/descriptor.js';
import { type Action, compileAction, dynamic } from './rate-limit-actions.js';

/** One `rate_limits` entry, compiled. */
interface RateLimitRule {
  readonly stage: number;
  readonly actions: readonly Action[];
  readonly limit: ((stream: HttpStream) => Descriptor['limit']) | undefined;
}

export type RateLimitRules = readonly RateLimitRule[];

/** Whether limits of the virtual host count besides those of the route: always, never, or when the route has none. */
export type VirtualHostLimits = 'include' | 'ignore' | 'override';

/** @throws ConfigError */
export function compileRateLimits(configs: readonly RateLimit[], path: string): RateLimitRules {
  return configs.map((config, i) => ({
    stage: config.stage ?? 0,
    actions: config.actions.map((action, j) => compileAction(action, `${path}[${i}].actions[${j}]`)),
    limit: config.limit === undefined ? undefined : compileOverride(config.limit, `${path}[${i}].limit`),
  }));
}

/** What a request is counted by at one stage: by its route and its virtual host. */
export function descriptorsOf(stream: HttpStream, stage: number, hosts: VirtualHostLimits): readonly Descriptor[] {
  const { route } = stream;
  if (route?.action.kind !== 'forward') return [];
  const { rateLimits, includeVirtualHostLimits } = route.action;
  const found: Descriptor[] = [];
  collect(found, rateLimits, stage, stream);
  const include = includeVirtualHostLimits || hosts === 'include' || (hosts === 'override' && rateLimits.length === 0);
  if (include) collect(found, route.virtualHost.rateLimits, stage, stream);
  return found;
}

function collect(into: Descriptor[], rules: RateLimitRules, stage: number, stream: HttpStream): void {
  for (const rule of rules) {
    if (rule.stage !== stage) continue;
    const entries = entriesOf(rule.actions, stream);
    if (entries !== undefined && entries.length > 0) into.push({ entries, limit: rule.limit?.(stream) });
  }
}

function entriesOf(actions: readonly Action[], stream: HttpStream): readonly DescriptorEntry[] | undefined {
  const entries: DescriptorEntry[] = [];
  for (const action of actions) {
    const entry = action(stream);
    if (entry === undefined) return undefined;
    if (entry !== 'skip') entries.push(entry);
  }
  return entries;
}

/** @throws ConfigError */
function compileOverride(config: RateLimit_Override, path: string): RateLimitRule['limit'] {
  const { overrideSpecifier: specifier } = config;
  if (specifier.case !== 'dynamicMetadata') throw new ConfigError(path, 'an override needs dynamic_metadata');
  const read = dynamic(specifier.value.metadataKey);
  return (stream) => {
    const value = read(stream);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const { requests_per_unit: requestsPerUnit, unit } = value;
    if (typeof requestsPerUnit !== 'number' || typeof unit !== 'string') return undefined;
    const number = RateLimitUnit[unit as keyof typeof RateLimitUnit];
    return number === undefined ? undefined : { requestsPerUnit, unit: number };
  };
}
