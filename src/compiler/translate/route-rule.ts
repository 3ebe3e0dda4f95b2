import type { IstioService } from '../../resources/istio/istio-service.js';
import type { RouteRule, RouteRuleSpec } from '../../resources/istio/routerule/types.js';
import type {
  CorsPolicy,
  Destination,
  HttpFaultInjection,
  HttpMatchRequest,
  HttpRoute,
  VirtualService,
} from '../../resources/istio/virtualservice/types.js';
import { groupBy } from '../group-by.js';
import { resolveIstioService } from '../hostname.js';
import { byAge, compareText, keyOf } from '../ordering.js';
import { namespaceOf, type Problem, refOf } from '../snapshot.js';
import type { TranslateContext } from './context.js';
import { metadataFor } from './metadata.js';
import { subsetNameOf } from './subset-name.js';

/** What Istio 0.7 retried on, for every rule with httpReqRetries. */
const RETRY_ON = '5xx,connect-failure,refused-stream';
/** Istio 0.7 retried only where a rule said so. */
const NO_RETRIES = { attempts: 0 };
const PSEUDO_HEADERS = ['uri', 'scheme', 'method', 'authority'] as const;

export interface RouteRuleConversion {
  readonly virtualServices: VirtualService[];
  readonly problems: Problem[];
}

/**
 * All RouteRules of a destination as one VirtualService. Its routes stand in the order in which Istio 0.7 tried them: higher
 * precedence first, then by namespace and name; the first that matches applies alone, and one without match ends the list.
 */
export function convertRouteRules(rules: readonly RouteRule[], context: TranslateContext): RouteRuleConversion {
  const problems: Problem[] = [];
  const byHost = groupBy(rules, (rule) => hostOf(rule.spec.destination, rule, context));
  const virtualServices = [...byHost].map(([host, group]) => convertGroup(host, group, context, problems));
  return { virtualServices, problems };
}

function convertGroup(
  host: string,
  rules: readonly RouteRule[],
  context: TranslateContext,
  problems: Problem[],
): VirtualService {
  const http: HttpRoute[] = [];
  let catchAll: RouteRule | undefined;
  for (const rule of rules.toSorted(inOrderOfPrecedence)) {
    if (catchAll) {
      problems.push(hidden(rule, catchAll));
      continue;
    }
    const route = convertRule(host, rule, context);
    if (route === undefined) problems.push(unknownSource(rule));
    else {
      http.push(route);
      if (route.match === undefined) catchAll = rule;
    }
  }
  if (!catchAll) http.push({ name: 'default', route: [{ destination: { host } }], retries: NO_RETRIES });
  const first = rules[0]!;
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: metadataFor(host, first.spec.destination, rules.toSorted(byAge), context),
    spec: { hosts: [host], http },
  };
}

function inOrderOfPrecedence(left: RouteRule, right: RouteRule): number {
  return (right.spec.precedence ?? 0) - (left.spec.precedence ?? 0) || compareText(keyOf(left), keyOf(right));
}

/** Undefined where the rule is for callers of which there can be none. */
function convertRule(host: string, rule: RouteRule, context: TranslateContext): HttpRoute | undefined {
  const { spec } = rule;
  const match = convertMatch(rule, context);
  if (match === undefined) return undefined;
  const route: HttpRoute = { name: rule.metadata.name };
  if (Object.keys(match).length > 0) route.match = [match];
  if (spec.redirect) route.redirect = { ...spec.redirect };
  else route.route = destinations(host, rule, context);
  if (spec.rewrite) route.rewrite = { ...spec.rewrite };
  const timeout = spec.httpReqTimeout?.simpleTimeout?.timeout;
  if (timeout) route.timeout = timeout;
  route.retries = convertRetries(spec);
  if (spec.httpFault) route.fault = convertFault(spec.httpFault);
  if (spec.mirror) route.mirror = destination(hostOf(spec.mirror, rule, context), spec.mirror.labels);
  if (spec.corsPolicy) route.corsPolicy = convertCorsPolicy(spec.corsPolicy);
  if (spec.appendHeaders) route.headers = { request: { add: { ...spec.appendHeaders } } };
  return route;
}

function convertMatch(rule: RouteRule, context: TranslateContext): HttpMatchRequest | undefined {
  const { source, request } = rule.spec.match ?? {};
  const match: HttpMatchRequest = {};
  if (source) {
    const namespace = source.namespace ?? namespaceOf(rule);
    const selector = context.selectorOf(namespace, source.name ?? '');
    if (selector === undefined) return undefined;
    match.sourceLabels = { ...selector, ...source.labels };
    match.sourceNamespace = namespace;
  }
  const headers = { ...request?.headers };
  for (const part of PSEUDO_HEADERS) {
    const value = headers[part];
    if (value) match[part] = value;
    delete headers[part];
  }
  if (Object.keys(headers).length > 0) match.headers = headers;
  return match;
}

function destinations(host: string, rule: RouteRule, context: TranslateContext): HttpRoute['route'] {
  const routes = rule.spec.route ?? [{}];
  return routes.map((entry) => {
    const target = entry.destination ? hostOf(entry.destination, rule, context) : host;
    const to = destination(target, entry.labels ?? entry.destination?.labels);
    return routes.length === 1 ? { destination: to } : { destination: to, weight: entry.weight ?? 0 };
  });
}

function destination(host: string, labels: Readonly<Record<string, string>> | undefined): Destination {
  const subset = subsetNameOf(labels);
  return subset === undefined ? { host } : { host, subset };
}

function convertRetries(spec: RouteRuleSpec): HttpRoute['retries'] {
  const retry = spec.httpReqRetries?.simpleRetry;
  if (!retry?.attempts) return NO_RETRIES;
  const { attempts, perTryTimeout } = retry;
  return { attempts, ...(perTryTimeout ? { perTryTimeout } : {}), retryOn: RETRY_ON };
}

/** A percent that is not given was 0 in Istio 0.7, and would be 100 today. */
function convertFault({ delay, abort }: NonNullable<RouteRuleSpec['httpFault']>): HttpFaultInjection {
  const fault: HttpFaultInjection = {};
  if (delay) fault.delay = { percentage: { value: delay.percent ?? 0 }, fixedDelay: delay.fixedDelay! };
  if (abort) fault.abort = { percentage: { value: abort.percent ?? 0 }, httpStatus: abort.httpStatus! };
  return fault;
}

function convertCorsPolicy({ allowOrigin, ...rest }: NonNullable<RouteRuleSpec['corsPolicy']>): CorsPolicy {
  return { ...(allowOrigin ? { allowOrigins: allowOrigin.map((exact) => ({ exact })) } : {}), ...rest };
}

function hostOf(service: IstioService, rule: RouteRule, context: TranslateContext): string {
  return resolveIstioService(service, namespaceOf(rule), context.domain);
}

function hidden(rule: RouteRule, by: RouteRule): Problem {
  const precedences = `precedence ${rule.spec.precedence ?? 0} against ${by.spec.precedence ?? 0}`;
  const message = `Never applies: RouteRule ${keyOf(by)} has no match and comes first (${precedences})`;
  return { object: refOf(rule), type: 'Accepted', reason: 'Overridden', message };
}

function unknownSource(rule: RouteRule): Problem {
  const source = rule.spec.match?.source;
  const name = `${source?.namespace ?? namespaceOf(rule)}/${source?.name ?? source?.service ?? ''}`;
  const message = `Never applies: spec.match.source names the service ${name}, which does not exist`;
  return { object: refOf(rule), type: 'ResolvedRefs', reason: 'SourceNotFound', message };
}
