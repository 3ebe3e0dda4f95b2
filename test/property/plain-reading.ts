/** What a VirtualService's HTTP routes and RouteRules say of a request, read from their documentation the slow and plain way. */

export interface PlainRequest {
  readonly method: string;
  /** Without query. */
  readonly path: string;
  /** Empty: none. */
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
}

export interface PlainStringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface PlainMatch {
  readonly uri?: PlainStringMatch;
  readonly ignoreUriCase?: boolean;
  readonly method?: PlainStringMatch;
  readonly headers?: Readonly<Record<string, PlainStringMatch>>;
  readonly withoutHeaders?: Readonly<Record<string, PlainStringMatch>>;
  readonly queryParams?: Readonly<Record<string, PlainStringMatch>>;
  readonly sourceLabels?: Readonly<Record<string, string>>;
}

export interface PlainRoute {
  readonly match?: readonly PlainMatch[];
  readonly route?: readonly {
    readonly destination: { readonly host: string; readonly subset?: string };
    readonly weight?: number;
  }[];
  readonly redirect?: { readonly uri: string; readonly redirectCode?: number };
  readonly directResponse?: { readonly status: number };
  readonly timeout?: string;
  readonly fault?: { readonly abort: { readonly httpStatus: number; readonly percentage: { readonly value: number } } };
}

export interface PlainOutcome {
  readonly kind: 'forward' | 'redirect' | 'direct' | 'none';
  /** subset -> percent */
  readonly shares?: Readonly<Record<string, number>>;
  readonly status?: number;
  readonly location?: string;
  readonly timeout_ms?: number;
  readonly aborted_percent?: number;
}

/** The first route of which some match holds. @param labels of the caller */
export function readVirtualService(
  routes: readonly PlainRoute[],
  request: PlainRequest,
  labels: Readonly<Record<string, string>>,
  host: string,
): PlainOutcome {
  // Matches for other callers are none for this one; a route that had only such is not there.
  for (const route of routes) {
    if (route.match !== undefined && !route.match.some((match) => matches(match, request, labels))) continue;
    return outcome(route, request, host);
  }
  // A host whose rules are all for other callers is as one without rules.
  const own = routes.filter(({ match }) => match === undefined || match.some((one) => isFor(one, labels)));
  if (own.length === 0) return { kind: 'forward', shares: { '': 100 }, timeout_ms: 0, aborted_percent: 0 };
  return { kind: 'none', status: 404 };
}

function outcome(route: PlainRoute, request: PlainRequest, host: string): PlainOutcome {
  if (route.redirect) {
    const query = request.query.map(([name, value]) => `${name}=${value}`).join('&');
    const location = `http://${host}${route.redirect.uri}${query === '' ? '' : `?${query}`}`;
    return { kind: 'redirect', status: route.redirect.redirectCode ?? 301, location };
  }
  if (route.directResponse) return { kind: 'direct', status: route.directResponse.status };
  const shares: Record<string, number> = {};
  const all = route.route ?? [];
  for (const { destination, weight = 0 } of all) {
    const share = all.length === 1 ? 100 : weight;
    if (share > 0) shares[destination.subset ?? ''] = (shares[destination.subset ?? ''] ?? 0) + share;
  }
  return {
    kind: 'forward',
    shares,
    timeout_ms: route.timeout === undefined ? 0 : Number.parseInt(route.timeout, 10) * 1_000,
    aborted_percent: route.fault?.abort.percentage.value ?? 0,
  };
}

function isFor({ sourceLabels = {} }: PlainMatch, labels: Readonly<Record<string, string>>): boolean {
  return Object.entries(sourceLabels).every(([name, value]) => labels[name] === value);
}

function matches(match: PlainMatch, request: PlainRequest, labels: Readonly<Record<string, string>>): boolean {
  const fold = (text: string): string => (match.ignoreUriCase ? text.toLowerCase() : text);
  const uri = match.uri;
  const path =
    uri === undefined ||
    (uri.exact !== undefined && fold(request.path) === fold(uri.exact)) ||
    (uri.prefix !== undefined && fold(request.path).startsWith(fold(uri.prefix))) ||
    (uri.regex !== undefined && holds({ regex: uri.regex }, request.path));
  return (
    isFor(match, labels) &&
    path &&
    (match.method === undefined || holds(match.method, request.method)) &&
    Object.entries(match.headers ?? {}).every(([name, wanted]) => ofHeader(wanted, request.headers[name])) &&
    Object.entries(match.withoutHeaders ?? {}).every(([name, wanted]) => !ofHeader(wanted, request.headers[name])) &&
    Object.entries(match.queryParams ?? {}).every(([name, wanted]) => {
      const value = request.query.find(([key]) => key === name)?.[1];
      return value !== undefined && holds(wanted, value);
    })
  );
}

/** `{}`: it is there. */
function ofHeader(wanted: PlainStringMatch, value: string | undefined): boolean {
  if (value === undefined) return false;
  return Object.keys(wanted).length === 0 || holds(wanted, value);
}

function holds({ exact, prefix, regex }: PlainStringMatch, value: string): boolean {
  if (exact !== undefined) return value === exact;
  if (prefix !== undefined) return value.startsWith(prefix);
  return new RegExp(`^(?:${regex})$`).test(value);
}

export interface PlainRule {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly precedence: number;
    readonly match?: { readonly request: { readonly headers: Readonly<Record<string, PlainStringMatch>> } };
    readonly route: readonly { readonly labels: Readonly<Record<string, string>>; readonly weight?: number }[];
  };
}

/** Istio 0.7: the rule of the highest precedence whose match holds, alone; of equal ones the first by name. */
export function readRouteRules(rules: readonly PlainRule[], request: PlainRequest): PlainOutcome {
  const byPrecedence = [...rules].sort(
    (a, b) => b.spec.precedence - a.spec.precedence || (a.metadata.name < b.metadata.name ? -1 : 1),
  );
  const pseudo: Readonly<Record<string, string>> = { ...request.headers, uri: request.path, method: request.method };
  const rule = byPrecedence.find(({ spec }) =>
    Object.entries(spec.match?.request.headers ?? {}).every(([name, wanted]) => ofHeader(wanted, pseudo[name])),
  );
  if (rule === undefined) return { kind: 'forward', shares: { '': 100 }, timeout_ms: 0, aborted_percent: 0 };
  const shares: Record<string, number> = {};
  for (const { labels, weight = 0 } of rule.spec.route) {
    const share = rule.spec.route.length === 1 ? 100 : weight;
    const subset = `version-${labels['version']}`;
    if (share > 0) shares[subset] = (shares[subset] ?? 0) + share;
  }
  return { kind: 'forward', shares, timeout_ms: 0, aborted_percent: 0 };
}
