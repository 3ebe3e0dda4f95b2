import type { RouteAction, RouteMatch } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { compileSubstitution } from '../matching/regex.js';

export type PathRewrite = (path: string) => string;

/** Compiles prefix_rewrite or regex_rewrite; both leave the query as it is. */
export function compilePathRewrite(
  match: RouteMatch | undefined,
  prefixRewrite: string,
  regexRewrite: RouteAction['regexRewrite'],
  path: string,
): PathRewrite | undefined {
  if (regexRewrite !== undefined) {
    const substitute = compileSubstitution(regexRewrite, `${path}.regex_rewrite`);
    return (target) => {
      const query = target.indexOf('?');
      return query === -1 ? substitute(target) : substitute(target.slice(0, query)) + target.slice(query);
    };
  }
  if (prefixRewrite === '') return undefined;
  const matched = matchedLength(match);
  return (target) => {
    const query = target.indexOf('?');
    const length = matched ?? (query === -1 ? target.length : query);
    return prefixRewrite + target.slice(length);
  };
}

/** How much of the path the rewrite replaces; undefined for all of it. */
function matchedLength(match: RouteMatch | undefined): number | undefined {
  const specifier = match?.pathSpecifier;
  if (specifier?.case === 'prefix' || specifier?.case === 'pathSeparatedPrefix') return specifier.value.length;
  return undefined;
}

/** The path without its query. */
export function pathOnly(path: string): string {
  const query = path.indexOf('?');
  return query === -1 ? path : path.slice(0, query);
}
