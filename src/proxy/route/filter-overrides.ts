import type { Any } from '@bufbuild/protobuf/wkt';
import type { RouteContext } from './route-context.js';

/** What one level of the routes says to one filter. */
export interface FilterOverride {
  /** Compiled; undefined when the level only switches the filter. */
  readonly config: unknown;
  readonly disabled: boolean;
  /** What the next less specific level says. */
  readonly outer: FilterOverride | undefined;
}

/** By the filter's name: what the most specific level says. */
export type FilterOverrides = ReadonlyMap<string, FilterOverride>;

/** Compiles one entry of `typed_per_filter_config`; undefined for one that is optional and not known. */
export type FilterConfigCompiler = (
  config: Any,
  path: string,
  context: RouteContext,
) => Omit<FilterOverride, 'outer'> | undefined;

/** One that knows whose routes these are. */
export type BoundFilterConfigCompiler = (config: Any, path: string) => ReturnType<FilterConfigCompiler>;

export const NO_OVERRIDES: FilterOverrides = new Map();

/** Puts what a more specific level says on top of the others. @throws ConfigError */
export function nestOverrides(
  outer: FilterOverrides,
  level: Readonly<Record<string, Any>>,
  compile: BoundFilterConfigCompiler,
  path: string,
): FilterOverrides {
  const entries = Object.entries(level);
  if (entries.length === 0) return outer;
  const nested = new Map(outer);
  const prefix = path === '' ? '' : `${path}.`;
  for (const [name, config] of entries) {
    const compiled = compile(config, `${prefix}typed_per_filter_config[${name}]`);
    if (compiled !== undefined) nested.set(name, { ...compiled, outer: outer.get(name) });
  }
  return nested;
}

/** A request whose route is known. */
interface Routed {
  readonly choice: { readonly filterConfigs?: FilterOverrides | undefined } | undefined;
  readonly route: { readonly filterConfigs: FilterOverrides } | undefined;
}

/** What the request's weighted cluster, route, virtual host and route configuration say to their filters. */
export function overridesOf(request: Routed): FilterOverrides {
  return request.choice?.filterConfigs ?? request.route?.filterConfigs ?? NO_OVERRIDES;
}

/** The most specific configuration of a class that the request's route has for a filter. */
export function overrideOf<T>(request: Routed, name: string, kind: new (...args: never[]) => T): T | undefined {
  for (let at = overridesOf(request).get(name); at !== undefined; at = at.outer) {
    if (at.config instanceof kind) return at.config;
  }
  return undefined;
}

/** All configurations of a class for a filter, the most specific first. */
export function allOverridesOf<T>(request: Routed, name: string, kind: new (...args: never[]) => T): readonly T[] {
  const found: T[] = [];
  for (let at = overridesOf(request).get(name); at !== undefined; at = at.outer) {
    if (at.config instanceof kind) found.push(at.config);
  }
  return found;
}
