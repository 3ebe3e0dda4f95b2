import { type FieldErrors, keyed } from '../checks.js';
import { GRPC_STATUS_CODES } from '../grpc-status.js';
import type {
  Destination,
  Headers,
  HttpFaultInjection,
  HttpRedirect,
  HttpRoute,
  HttpRouteDestination,
  Percent,
} from './types.js';
import { checkCorsPolicy } from './validate-cors.js';

const DIRECT_RESPONSE_BODY_MAX_BYTES = 1_048_576;
const REDIRECT_CODES = [301, 302, 303, 307, 308];
/** Envoy's retry conditions. A status code may stand among them: it is then a retriable status. */
export const RETRY_CONDITIONS: ReadonlySet<string> = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** What a route does with a request that matched. */
export function checkHttpAction(errors: FieldErrors, field: string, route: HttpRoute): void {
  checkOneAction(errors, field, route);
  checkDestinations(errors, `${field}.route`, route.route ?? []);
  if (route.redirect) checkRedirect(errors, `${field}.redirect`, route.redirect);
  if (route.directResponse) {
    errors.range(`${field}.directResponse.status`, route.directResponse.status, 200, 599);
    const size = Buffer.byteLength(route.directResponse.body?.string ?? route.directResponse.body?.bytes ?? '');
    if (size > DIRECT_RESPONSE_BODY_MAX_BYTES) {
      errors.invalid(
        `${field}.directResponse.body`,
        size,
        `must not be larger than ${DIRECT_RESPONSE_BODY_MAX_BYTES} bytes`,
      );
    }
  }
  checkRewrite(errors, `${field}.rewrite`, route.rewrite);
  errors.duration(`${field}.timeout`, route.timeout, true);
  checkRetries(errors, `${field}.retries`, route.retries);
  if (route.fault) checkFault(errors, `${field}.fault`, route.fault);
  checkMirrors(errors, field, route);
  checkHeaderOperations(errors, `${field}.headers`, route.headers);
  if (route.corsPolicy) checkCorsPolicy(errors, `${field}.corsPolicy`, route.corsPolicy);
}

function checkOneAction(errors: FieldErrors, field: string, route: HttpRoute): void {
  const actions = (['route', 'redirect', 'directResponse'] as const).filter((name) => route[name] !== undefined);
  if (route.delegate) {
    checkDelegation(errors, field, route, route.delegate);
    return;
  }
  if (actions.length === 0) errors.required(field, 'one of route, redirect, directResponse and delegate');
  if (actions.length > 1) errors.invalid(field, actions, 'must have only one of route, redirect and directResponse');
  if (route.redirect || route.directResponse) {
    if (route.rewrite) errors.forbidden(`${field}.rewrite`, 'only a route to a destination may be rewritten');
    if (route.fault) errors.forbidden(`${field}.fault`, 'only a route to a destination may have faults');
  }
}

function checkDelegation(
  errors: FieldErrors,
  field: string,
  route: HttpRoute,
  delegate: NonNullable<HttpRoute['delegate']>,
): void {
  if (!delegate.name) errors.required(`${field}.delegate.name`, 'the VirtualService whose routes stand here');
  if (delegate.namespace) errors.dnsLabel(`${field}.delegate.namespace`, delegate.namespace);
  for (const action of ['route', 'redirect'] as const) {
    if (route[action] !== undefined) errors.forbidden(`${field}.${action}`, 'may not be set together with delegate');
  }
}

function checkDestinations(errors: FieldErrors, field: string, route: readonly HttpRouteDestination[]): void {
  route.forEach((entry, index) => {
    const at = `${field}[${index}]`;
    checkDestination(errors, `${at}.destination`, entry.destination);
    errors.atLeast(`${at}.weight`, entry.weight, 0);
    checkHeaderOperations(errors, `${at}.headers`, entry.headers);
  });
  const total = route.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  if (route.length > 1 && total === 0)
    errors.invalid(field, total, 'with several destinations the weights must add up to more than 0');
}

export function checkDestination(errors: FieldErrors, field: string, destination: Destination | undefined): void {
  if (!destination?.host) errors.required(`${field}.host`, 'the service to route to, for example reviews');
  else errors.host(`${field}.host`, destination.host);
  if (destination?.subset !== undefined && destination.subset !== '')
    errors.dnsLabel(`${field}.subset`, destination.subset);
  errors.range(`${field}.port.number`, destination?.port?.number, 1, 65_535);
}

function checkRedirect(errors: FieldErrors, field: string, redirect: HttpRedirect): void {
  const { uri, prefixRewrite, redirectCode } = redirect;
  if (!uri && !redirect.authority && !prefixRewrite && !redirect.scheme && !redirect.port) {
    errors.required(field, 'at least one of uri, authority, scheme, port and prefixRewrite');
  }
  if (uri && prefixRewrite) errors.forbidden(`${field}.prefixRewrite`, 'may not be set together with uri');
  if (redirect.port !== undefined && redirect.derivePort !== undefined) {
    errors.forbidden(`${field}.derivePort`, 'may not be set together with port');
  }
  if (redirectCode !== undefined && redirectCode !== 0 && !REDIRECT_CODES.includes(redirectCode)) {
    errors.invalid(`${field}.redirectCode`, redirectCode, `must be one of ${REDIRECT_CODES.join(', ')}`);
  }
  if (redirect.scheme !== undefined && !['http', 'https'].includes(redirect.scheme)) {
    errors.notSupported(`${field}.scheme`, redirect.scheme, ['http', 'https']);
  }
}

function checkRewrite(errors: FieldErrors, field: string, rewrite: HttpRoute['rewrite']): void {
  if (rewrite === undefined) return;
  if (!rewrite.uri && !rewrite.authority && !rewrite.uriRegexRewrite) {
    errors.required(field, 'one of uri, authority and uriRegexRewrite');
  }
  if (rewrite.uri && rewrite.uriRegexRewrite)
    errors.forbidden(`${field}.uriRegexRewrite`, 'may not be set together with uri');
  errors.regex(`${field}.uriRegexRewrite.match`, rewrite.uriRegexRewrite?.match);
}

function checkRetries(errors: FieldErrors, field: string, retries: HttpRoute['retries']): void {
  if (retries === undefined) return;
  errors.atLeast(`${field}.attempts`, retries.attempts, 0);
  errors.duration(`${field}.perTryTimeout`, retries.perTryTimeout, true);
  errors.duration(`${field}.backoff`, retries.backoff);
  if (retries.attempts === 0 && (retries.perTryTimeout || retries.retryOn)) {
    errors.invalid(`${field}.attempts`, 0, 'perTryTimeout and retryOn need at least one attempt');
  }
  for (const condition of (retries.retryOn ?? '').split(',').map((part) => part.trim())) {
    if (condition === '' || RETRY_CONDITIONS.has(condition) || /^[1-5]\d\d$/.test(condition)) continue;
    errors.notSupported(`${field}.retryOn`, condition, [...RETRY_CONDITIONS, 'a status code']);
  }
}

function checkFault(errors: FieldErrors, field: string, { delay, abort }: HttpFaultInjection): void {
  if (!delay && !abort) errors.required(field, 'delay or abort');
  if (delay) {
    errors.range(`${field}.delay.percent`, delay.percent, 0, 100);
    checkPercent(errors, `${field}.delay.percentage`, delay.percentage);
    if (delay.fixedDelay === undefined && !('exponentialDelay' in delay))
      errors.required(`${field}.delay.fixedDelay`, 'how long to wait, for example 5s');
    errors.duration(`${field}.delay.fixedDelay`, delay.fixedDelay);
  }
  if (abort) {
    checkAbortStatus(errors, `${field}.abort`, abort);
    checkPercent(errors, `${field}.abort.percentage`, abort.percentage);
  }
}

function checkAbortStatus(errors: FieldErrors, field: string, abort: NonNullable<HttpFaultInjection['abort']>): void {
  const { httpStatus, grpcStatus } = abort;
  if (httpStatus === undefined && grpcStatus === undefined && !('http2Error' in abort)) {
    errors.required(`${field}.httpStatus`, 'the status to answer, for example 503');
  }
  errors.range(`${field}.httpStatus`, httpStatus, 200, 599);
  if (httpStatus !== undefined && grpcStatus !== undefined) {
    errors.forbidden(`${field}.grpcStatus`, 'may not be set together with httpStatus');
  }
  if (grpcStatus !== undefined && !Object.hasOwn(GRPC_STATUS_CODES, grpcStatus)) {
    errors.notSupported(`${field}.grpcStatus`, grpcStatus, Object.keys(GRPC_STATUS_CODES));
  }
}

function checkPercent(errors: FieldErrors, field: string, percent: Percent | undefined): void {
  errors.range(`${field}.value`, percent?.value, 0, 100);
}

function checkMirrors(errors: FieldErrors, field: string, route: HttpRoute): void {
  if (route.mirror && route.mirrors) errors.forbidden(`${field}.mirrors`, 'may not be set together with mirror');
  if (route.mirror) checkDestination(errors, `${field}.mirror`, route.mirror);
  (route.mirrors ?? []).forEach(({ destination, percentage }, index) => {
    checkDestination(errors, `${field}.mirrors[${index}].destination`, destination);
    checkPercent(errors, `${field}.mirrors[${index}].percentage`, percentage);
  });
  errors.range(`${field}.mirrorPercent`, route.mirrorPercent, 0, 100);
  checkPercent(errors, `${field}.mirrorPercentage`, route.mirrorPercentage);
}

function checkHeaderOperations(errors: FieldErrors, field: string, headers: Headers | undefined): void {
  for (const direction of ['request', 'response'] as const) {
    const operations = headers?.[direction];
    for (const operation of ['set', 'add'] as const) {
      for (const name of Object.keys(operations?.[operation] ?? {})) {
        errors.headerName(keyed(`${field}.${direction}.${operation}`, name), name);
      }
    }
    (operations?.remove ?? []).forEach((name, index) => {
      errors.headerName(`${field}.${direction}.remove[${index}]`, name);
    });
  }
}
