import {
  type RedirectAction,
  RedirectAction_RedirectResponseCode as RedirectCode,
  type RouteMatch,
} from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import { compilePathRewrite, pathOnly } from './rewrite.js';

export interface RedirectTo {
  readonly kind: 'redirect';
  readonly status: number;
  readonly location: (request: RequestHeaders) => string;
}

const REDIRECT_STATUS: Readonly<Record<RedirectCode, number>> = {
  [RedirectCode.MOVED_PERMANENTLY]: 301,
  [RedirectCode.FOUND]: 302,
  [RedirectCode.SEE_OTHER]: 303,
  [RedirectCode.TEMPORARY_REDIRECT]: 307,
  [RedirectCode.PERMANENT_REDIRECT]: 308,
};

const DEFAULT_PORT: Readonly<Record<string, string>> = { http: ':80', https: ':443' };

/** For virtual hosts with `require_tls`: the same with https. */
export const TO_HTTPS: RedirectTo = {
  kind: 'redirect',
  status: 301,
  location: ({ host, path }) => `https://${host}${path}`,
};

/** @throws ConfigError */
export function compileRedirect(redirect: RedirectAction, match: RouteMatch | undefined, path: string): RedirectTo {
  const newScheme = schemeOf(redirect);
  const newPath = compilePath(redirect, match, path);
  return {
    kind: 'redirect',
    status: REDIRECT_STATUS[redirect.responseCode],
    location: (request) => {
      const scheme = newScheme ?? request.scheme;
      return `${scheme}://${hostOf(redirect, request, scheme)}${newPath(request.path)}`;
    },
  };
}

function schemeOf({ schemeRewriteSpecifier: specifier }: RedirectAction): string | undefined {
  if (specifier.case === 'schemeRedirect') return specifier.value;
  return specifier.case === 'httpsRedirect' && specifier.value ? 'https' : undefined;
}

function compilePath(redirect: RedirectAction, match: RouteMatch | undefined, at: string): (path: string) => string {
  const { pathRewriteSpecifier: specifier, stripQuery } = redirect;
  if (specifier.case === 'pathRedirect' && specifier.value !== '') {
    const target = specifier.value;
    // its own query goes before the request's, and stays
    if (target.includes('?') || stripQuery) return () => target;
    return (path) => target + path.slice(pathOnly(path).length);
  }
  const rewrite = compilePathRewrite(
    match,
    specifier.case === 'prefixRewrite' ? specifier.value : '',
    specifier.case === 'regexRewrite' ? specifier.value : undefined,
    at,
  );
  const strip = stripQuery ? pathOnly : (path: string): string => path;
  return rewrite === undefined ? strip : (path) => rewrite(strip(path));
}

function hostOf(redirect: RedirectAction, request: RequestHeaders, scheme: string): string {
  const port = redirect.portRedirect === 0 ? '' : `:${redirect.portRedirect}`;
  if (redirect.hostRedirect !== '') return redirect.hostRedirect + port;
  const present = /:\d+$/.exec(request.host)?.[0];
  // the old scheme's default port must not be taken along to a new one
  const isDefault = scheme !== request.scheme && present === DEFAULT_PORT[request.scheme];
  const drops = present !== undefined && (port !== '' || isDefault);
  return (drops ? request.host.slice(0, -present.length) : request.host) + port;
}
