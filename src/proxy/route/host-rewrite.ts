import type { RouteAction } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import { compileSubstitution } from '../matching/regex.js';
import { pathOnly } from './rewrite.js';

/** @returns undefined, or a function that gives undefined, to leave the host */
export type HostRewrite = (request: RequestHeaders) => string | undefined;

/** @throws ConfigError */
export function compileHostRewrite(
  specifier: RouteAction['hostRewriteSpecifier'],
  path: string,
): HostRewrite | undefined {
  switch (specifier.case) {
    case 'hostRewriteLiteral': {
      const host = specifier.value;
      return () => host;
    }
    case 'hostRewriteHeader': {
      const name = specifier.value.toLowerCase();
      return (request) => request.headers.first(name);
    }
    case 'hostRewritePathRegex': {
      const substitute = compileSubstitution(specifier.value, `${path}.host_rewrite_path_regex`);
      return (request) => substitute(pathOnly(request.path));
    }
    default:
      return undefined;
  }
}
