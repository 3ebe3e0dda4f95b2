import {
  type CorsPolicy,
  CorsPolicySchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/cors/v3/cors_pb.js';
import { unpack } from '../config/registry.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { happens } from '../matching/fraction.js';
import type { TextPredicate } from '../matching/regex.js';
import { compileStringMatcher } from '../matching/string-matcher.js';
import { allOverridesOf } from '../route/filter-overrides.js';
import type { Runtime } from '../runtime/runtime.js';
import { type RuntimeNumber, runtimeFraction } from '../runtime/runtime-values.js';
import type { StatsStore } from '../stats/store.js';
import type { CompileOverride, MakeFilter } from './http-filter-kind.js';

/** One level's CORS policy; what it leaves out, a less specific level may say. */
export class CorsRules {
  readonly origins: readonly TextPredicate[];
  readonly enabled: RuntimeNumber;
  readonly shadow: RuntimeNumber;

  /** @throws ConfigError */
  constructor(
    readonly config: CorsPolicy,
    runtime: Runtime,
    path: string,
  ) {
    this.origins = config.allowOriginStringMatch.map((matcher, i) =>
      compileStringMatcher(matcher, `${path}.allow_origin_string_match[${i}]`),
    );
    this.enabled = runtimeFraction(config.filterEnabled, runtime);
    this.shadow = runtimeFraction(config.shadowEnabled, runtime, 0);
  }

  static readonly compileOverride: CompileOverride = (config, path, { runtime }) =>
    new CorsRules(unpack(config, CorsPolicySchema), runtime, path);
}

type Levels = readonly CorsRules[];

/** `envoy.filters.http.cors`: answers preflight requests and tells browsers what other origins may read. */
export class CorsFilter implements HttpFilter {
  static readonly make: MakeFilter = (_config, { name, context, statPrefix }) =>
    new CorsFilter(name, context.stats, `http.${statPrefix}.cors`);

  /** Requests whose answers get headers: the levels and the origin as the client sent it. */
  private readonly open = new Map<HttpStream, { readonly levels: Levels; readonly origin: string }>();
  private readonly valid;
  private readonly invalid;

  private constructor(
    readonly name: string,
    stats: StatsStore,
    prefix: string,
  ) {
    this.valid = stats.counter(`${prefix}.origin_valid`);
    this.invalid = stats.counter(`${prefix}.origin_invalid`);
  }

  onRequest(stream: HttpStream): boolean {
    if (stream.route?.action.kind !== 'forward') return true;
    const levels = allOverridesOf(stream, this.name, CorsRules);
    const [nearest] = levels;
    if (nearest === undefined) return true;
    const { random } = stream.manager.context;
    const enabled = happens(nearest.enabled(), random);
    if (!enabled && !happens(nearest.shadow(), random)) return true;
    const origin = stream.headers.get('origin');
    if (origin === undefined || origin === '') return true;
    const allowed = isAllowed(levels, origin);
    if (allowed) this.valid.value++;
    else this.invalid.value++;
    if (!enabled) return true;
    if (allowed) this.open.set(stream, { levels, origin });
    return !this.answerPreflight(stream, levels, origin, allowed);
  }

  onResponse(stream: HttpStream): void {
    const { levels, origin } = this.open.get(stream) ?? {};
    const headers = stream.responseHeaders;
    if (levels === undefined || origin === undefined || headers === undefined) return;
    headers.set('access-control-allow-origin', origin);
    if (allowsCredentials(levels)) headers.set('access-control-allow-credentials', 'true');
    const exposed = firstText(levels, 'exposeHeaders');
    if (exposed !== '') headers.set('access-control-expose-headers', exposed);
  }

  onDone(stream: HttpStream): void {
    this.open.delete(stream);
  }

  /** @returns whether the request was one, and is answered */
  private answerPreflight(stream: HttpStream, levels: Levels, origin: string, allowed: boolean): boolean {
    if (stream.method !== 'OPTIONS') return false;
    const asked = stream.headers.get('access-control-request-method') ?? '';
    if (asked === '') return false;
    if (!allowed && (firstFlag(levels, 'forwardNotMatchingPreflights') ?? true)) return false;
    const ofRequest = stream.headers.get('access-control-request-headers') ?? '';
    const privateAsked = stream.headers.get('access-control-request-private-network') === 'true';
    stream.localReply(200, '', 0, 'cors_response', (headers) => {
      if (allowed) headers.set('access-control-allow-origin', origin);
      if (allowsCredentials(levels)) headers.set('access-control-allow-credentials', 'true');
      const methods = firstText(levels, 'allowMethods');
      if (methods !== '') headers.set('access-control-allow-methods', methods === '*' ? asked : methods);
      const fields = firstText(levels, 'allowHeaders');
      if (fields !== '') headers.set('access-control-allow-headers', fields === '*' ? ofRequest : fields);
      const age = firstText(levels, 'maxAge');
      if (age !== '') headers.set('access-control-max-age', age);
      if (privateAsked && firstFlag(levels, 'allowPrivateNetworkAccess') === true)
        headers.set('access-control-allow-private-network', 'true');
    });
    return true;
  }
}

function isAllowed(levels: Levels, origin: string): boolean {
  const rules = levels.find(({ origins }) => origins.length > 0);
  return rules?.origins.some((matches) => matches('*') || matches(origin)) ?? false;
}

function allowsCredentials(levels: Levels): boolean {
  return firstFlag(levels, 'allowCredentials') ?? false;
}

/** The most specific level that says something decides. */
function firstText(levels: Levels, field: 'allowMethods' | 'allowHeaders' | 'exposeHeaders' | 'maxAge'): string {
  return levels.find(({ config }) => config[field] !== '')?.config[field] ?? '';
}

function firstFlag(
  levels: Levels,
  field: 'allowCredentials' | 'allowPrivateNetworkAccess' | 'forwardNotMatchingPreflights',
): boolean | undefined {
  return levels.find(({ config }) => config[field] !== undefined)?.config[field];
}
