import type { StringMatch } from '../../resources/istio/checks.js';
import type { HttpMatchRequest, HttpRoute } from '../../resources/istio/virtualservice/types.js';

const INHERITED = [
  'rewrite',
  'directResponse',
  'timeout',
  'retries',
  'fault',
  'mirror',
  'mirrorPercent',
  'mirrorPercentage',
  'corsPolicy',
  'mirrors',
  'headers',
] as const satisfies readonly (keyof HttpRoute)[];

/**
 * The route of a delegate as the route that delegates to it narrows it: both must match, and what the delegate does not say is as
 * in the root. Undefined where a match of the delegate is not within any of the root's, as in Istio.
 */
export function mergeDelegated(root: HttpRoute, delegate: HttpRoute): HttpRoute | undefined {
  const match = mergeMatches(root.match ?? [], delegate.match ?? []);
  if (match === undefined) return undefined;
  const { match: _, ...rest } = delegate;
  const inherited = INHERITED.filter((field) => delegate[field] === undefined && root[field] !== undefined);
  const name = joinNames(root.name, delegate.name);
  return {
    ...rest,
    ...Object.fromEntries(inherited.map((field) => [field, root[field]])),
    ...(name ? { name } : {}),
    ...(match.length > 0 ? { match } : {}),
  };
}

function joinNames(root: string | undefined, own: string | undefined): string {
  return [root, own].filter((part) => part).join('-');
}

function mergeMatches(
  roots: readonly HttpMatchRequest[],
  delegates: readonly HttpMatchRequest[],
): HttpMatchRequest[] | undefined {
  if (roots.length === 0) return [...delegates];
  if (delegates.length === 0) return [...roots];
  const merged: HttpMatchRequest[] = [];
  for (const delegate of delegates) {
    const fitting = roots.filter((root) => !conflicts(root, delegate));
    if (fitting.length === 0) return undefined;
    merged.push(...fitting.map((root) => mergeMatch(root, delegate)));
  }
  return merged;
}

function mergeMatch(root: HttpMatchRequest, own: HttpMatchRequest): HttpMatchRequest {
  const merged: HttpMatchRequest = { ...root, ...own };
  const name = joinNames(root.name, own.name);
  if (name) merged.name = name;
  for (const field of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    const both = { ...root[field], ...own[field] };
    if (Object.keys(both).length > 0) merged[field] = both;
  }
  const labels = { ...root.sourceLabels, ...own.sourceLabels };
  if (Object.keys(labels).length > 0) merged.sourceLabels = labels;
  return merged;
}

function conflicts(root: HttpMatchRequest, own: HttpMatchRequest): boolean {
  const texts = ['uri', 'scheme', 'method', 'authority'] as const;
  if (texts.some((field) => textsConflict(root[field], own[field]))) return true;
  for (const field of ['headers', 'withoutHeaders', 'queryParams'] as const) {
    const keys = Object.entries(own[field] ?? {});
    if (keys.some(([key, match]) => textsConflict(root[field]?.[key], match))) return true;
  }
  if ((root.ignoreUriCase ?? false) !== (own.ignoreUriCase ?? false)) return true;
  if (root.port && own.port && root.port !== own.port) return true;
  if (root.sourceNamespace && own.sourceNamespace !== root.sourceNamespace) return true;
  const labels = Object.entries(own.sourceLabels ?? {});
  if (labels.some(([key, value]) => (root.sourceLabels?.[key] ?? value) !== value)) return true;
  if (!root.gateways?.length || !own.gateways?.length) return false;
  return own.gateways.some((gateway) => !root.gateways?.includes(gateway));
}

/** Whether `own` is not known to be a part of what `root` matches. Regular expressions are compared with nothing. */
function textsConflict(root: StringMatch | undefined, own: StringMatch | undefined): boolean {
  if (root === undefined || own === undefined) return false;
  const ownText = own.exact ?? own.prefix;
  if (root.regex || own.regex) return Boolean((root.regex || root.exact || root.prefix) && (own.regex || ownText));
  if (root.exact) return own.exact !== root.exact;
  if (root.prefix) return !ownText?.startsWith(root.prefix);
  return true;
}
