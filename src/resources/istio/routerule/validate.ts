import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { checkStringMatch, FieldErrors, keyed } from '../checks.js';
import { checkIstioService } from '../istio-service.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import { checkCorsPolicy } from '../virtualservice/validate-cors.js';
import type { DestinationWeight, HttpFault, RouteRule, RouteRuleSpec } from './types.js';

const WEIGHT_TOTAL = 100;
/** Names under `match.request.headers` that mean a part of the request line and not a header. */
const PSEUDO_HEADERS: ReadonlySet<string> = new Set(['uri', 'scheme', 'method', 'authority']);

export function validateRouteRule(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as RouteRule).spec as RouteRuleSpec | undefined;
  if (spec?.destination === undefined) {
    errors.required('spec.destination', 'the service whose requests the rule routes, for example {name: reviews}');
    return errors.list;
  }
  checkIstioService(errors, 'spec.destination', spec.destination);
  if (spec.destination.labels !== undefined) {
    errors.forbidden('spec.destination.labels', 'labels belong into spec.route[]');
  }
  checkMatch(errors, spec);
  checkRoute(errors, spec.route);
  checkRedirect(errors, spec);
  checkPolicies(errors, spec);
  if (spec.httpFault) checkFault(errors, spec.httpFault);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkMatch(errors: FieldErrors, spec: RouteRuleSpec): void {
  if (spec.match?.source) checkIstioService(errors, 'spec.match.source', spec.match.source);
  for (const [name, match] of Object.entries(spec.match?.request?.headers ?? {})) {
    const field = keyed('spec.match.request.headers', name);
    if (!PSEUDO_HEADERS.has(name)) {
      errors.headerName(field, name);
      if (name !== name.toLowerCase()) errors.invalid(field, name, 'the name must be in lower case');
    }
    checkStringMatch(errors, field, match);
  }
}

function checkRoute(errors: FieldErrors, route: readonly DestinationWeight[] | undefined): void {
  if (route === undefined) return;
  if (route.length === 0) errors.required('spec.route', 'at least one destination');
  route.forEach(({ destination, weight }, index) => {
    if (destination) checkIstioService(errors, `spec.route[${index}].destination`, destination);
    errors.range(`spec.route[${index}].weight`, weight, 0, WEIGHT_TOTAL);
  });
  const total = route.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  const alone = route.length === 1 && !route[0]?.weight;
  if (route.length > 0 && !alone && total !== WEIGHT_TOTAL) {
    errors.invalid('spec.route', total, `the weights must add up to ${WEIGHT_TOTAL}`);
  }
}

function checkRedirect(errors: FieldErrors, spec: RouteRuleSpec): void {
  if (spec.redirect) {
    for (const field of ['route', 'rewrite', 'httpFault'] as const) {
      if (spec[field] !== undefined) errors.forbidden(`spec.${field}`, 'may not be set together with spec.redirect');
    }
    if (spec.websocketUpgrade) errors.forbidden('spec.websocketUpgrade', 'may not be set together with spec.redirect');
    if (!spec.redirect.uri && !spec.redirect.authority) errors.required('spec.redirect', 'uri or authority');
  }
  if (spec.rewrite && !spec.rewrite.uri && !spec.rewrite.authority) errors.required('spec.rewrite', 'uri or authority');
}

function checkPolicies(errors: FieldErrors, spec: RouteRuleSpec): void {
  errors.duration('spec.httpReqTimeout.simpleTimeout.timeout', spec.httpReqTimeout?.simpleTimeout?.timeout);
  const retry = spec.httpReqRetries?.simpleRetry;
  errors.atLeast('spec.httpReqRetries.simpleRetry.attempts', retry?.attempts, 0);
  errors.duration('spec.httpReqRetries.simpleRetry.perTryTimeout', retry?.perTryTimeout);
  if (spec.mirror) checkIstioService(errors, 'spec.mirror', spec.mirror);
  if (spec.corsPolicy) checkCorsPolicy(errors, 'spec.corsPolicy', spec.corsPolicy);
  for (const [name, value] of Object.entries(spec.appendHeaders ?? {})) {
    errors.headerName(keyed('spec.appendHeaders', name), name);
    if (value === '') errors.required(keyed('spec.appendHeaders', name), 'a value that is not empty');
  }
}

function checkFault(errors: FieldErrors, { delay, abort }: HttpFault): void {
  if (delay) {
    errors.range('spec.httpFault.delay.percent', delay.percent, 0, 100);
    if (delay.fixedDelay === undefined)
      errors.required('spec.httpFault.delay.fixedDelay', 'how long to wait, for example 5s');
    errors.duration('spec.httpFault.delay.fixedDelay', delay.fixedDelay);
  }
  if (abort) {
    errors.range('spec.httpFault.abort.percent', abort.percent, 0, 100);
    if (abort.httpStatus === undefined)
      errors.required('spec.httpFault.abort.httpStatus', 'the status to answer, for example 503');
    errors.range('spec.httpFault.abort.httpStatus', abort.httpStatus, 200, 599);
  }
}
