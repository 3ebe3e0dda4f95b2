import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { checkStringMatch, FieldErrors, keyed, type StringMatch } from '../checks.js';
import { checkExportTo, checkGatewayName } from '../references.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { HttpMatchRequest, HttpRoute, VirtualService, VirtualServiceSpec } from './types.js';
import { checkHttpAction } from './validate-action.js';

const MESH_GATEWAY = 'mesh';

export function validateVirtualService(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as VirtualService).spec as VirtualServiceSpec | undefined;
  if (spec?.hosts === undefined || spec.hosts.length === 0) {
    errors.required('spec.hosts', 'at least one host, for example reviews');
    return [...errors.list, ...unsupportedFieldErrors(object)];
  }
  checkHosts(errors, spec);
  (spec.gateways ?? []).forEach((name, index) => {
    checkGatewayName(errors, `spec.gateways[${index}]`, name);
  });
  checkExportTo(errors, spec.exportTo);
  if (!spec.http?.length) errors.required('spec.http', 'at least one route');
  (spec.http ?? []).forEach((route, index) => {
    checkHttpRoute(errors, `spec.http[${index}]`, route);
  });
  checkReachable(errors, spec.http ?? []);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkHosts(errors: FieldErrors, spec: VirtualServiceSpec): void {
  const seen = new Set<string>();
  const forSidecars = spec.gateways === undefined || spec.gateways.includes(MESH_GATEWAY);
  spec.hosts.forEach((host, index) => {
    const field = `spec.hosts[${index}]`;
    errors.host(field, host, true);
    if (host === '*' && forSidecars)
      errors.invalid(field, host, "'*' is allowed only where spec.gateways names gateways, without mesh");
    if (seen.has(host)) errors.duplicate(field, host);
    seen.add(host);
  });
}

function checkHttpRoute(errors: FieldErrors, field: string, route: HttpRoute): void {
  (route.match ?? []).forEach((match, index) => {
    checkMatch(errors, `${field}.match[${index}]`, match);
  });
  checkHttpAction(errors, field, route);
}

function checkMatch(errors: FieldErrors, field: string, match: HttpMatchRequest): void {
  for (const part of ['uri', 'scheme', 'method', 'authority'] as const) {
    if (match[part]) checkStringMatch(errors, `${field}.${part}`, match[part]);
  }
  checkHeaders(errors, `${field}.headers`, match.headers);
  checkHeaders(errors, `${field}.withoutHeaders`, match.withoutHeaders);
  for (const [name, value] of Object.entries(match.queryParams ?? {})) {
    checkStringMatch(errors, keyed(`${field}.queryParams`, name), value, true);
  }
  errors.range(`${field}.port`, match.port, 1, 65_535);
  (match.gateways ?? []).forEach((name, index) => {
    checkGatewayName(errors, `${field}.gateways[${index}]`, name);
  });
}

function checkHeaders(errors: FieldErrors, field: string, headers: Record<string, StringMatch> | undefined): void {
  for (const [name, match] of Object.entries(headers ?? {})) {
    const at = keyed(field, name);
    errors.headerName(at, name);
    checkStringMatch(errors, at, match, true);
  }
}

/** A route behind one that takes every request can never apply: surely a mistake. */
function checkReachable(errors: FieldErrors, routes: readonly HttpRoute[]): void {
  const catchAll = routes.findIndex((route) => !route.match?.length);
  if (catchAll < 0 || catchAll === routes.length - 1) return;
  const message = `never applies, because spec.http[${catchAll}] has no match and takes every request; put that route last`;
  errors.invalid(`spec.http[${catchAll + 1}]`, routes[catchAll + 1]?.name ?? '', message);
}
