import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { checkStringMatch, FieldErrors, keyed, type StringMatch } from '../checks.js';
import { checkExportTo, checkGatewayName } from '../references.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { HttpMatchRequest, HttpRoute, VirtualService, VirtualServiceSpec } from './types.js';
import { checkHttpAction } from './validate-action.js';
import { checkTcpRoutes, checkTlsRoutes } from './validate-l4.js';

const MESH_GATEWAY = 'mesh';

export function validateVirtualService(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as VirtualService).spec as VirtualServiceSpec | undefined;
  if (spec === undefined) {
    errors.required('spec', 'hosts and their routes');
    return errors.list;
  }
  if (spec.hosts?.length) checkHosts(errors, spec.hosts, spec);
  else checkDelegate(errors, spec);
  (spec.gateways ?? []).forEach((name, index) => {
    checkGatewayName(errors, `spec.gateways[${index}]`, name);
  });
  checkExportTo(errors, spec.exportTo);
  if (!spec.http?.length && !spec.tls?.length && !spec.tcp?.length) {
    errors.required('spec.http', 'at least one route under http, tls or tcp');
  }
  (spec.http ?? []).forEach((route, index) => {
    checkHttpRoute(errors, `spec.http[${index}]`, route);
  });
  checkTlsRoutes(errors, spec.tls ?? [], spec.hosts ?? []);
  checkTcpRoutes(errors, spec.tcp ?? []);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

/** Without hosts nothing but another VirtualService leads here, and that brings its hosts and gateways along. */
function checkDelegate(errors: FieldErrors, spec: VirtualServiceSpec): void {
  if (!spec.http?.length) errors.required('spec.hosts', 'at least one host, for example reviews');
  const reason =
    'may be set only together with spec.hosts: a VirtualService without hosts is one that others delegate to';
  for (const field of ['gateways', 'tls', 'tcp'] as const) {
    if (spec[field]?.length) errors.forbidden(`spec.${field}`, reason);
  }
  (spec.http ?? []).forEach((route, index) => {
    if (route.delegate) {
      errors.forbidden(`spec.http[${index}].delegate`, 'a VirtualService without hosts may not delegate further');
    }
  });
}

function checkHosts(errors: FieldErrors, hosts: readonly string[], spec: VirtualServiceSpec): void {
  const seen = new Set<string>();
  const forSidecars = spec.gateways === undefined || spec.gateways.includes(MESH_GATEWAY);
  hosts.forEach((host, index) => {
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
  checkHeaders(errors, `${field}.withoutHeaders`, withoutPresence(match.withoutHeaders));
  if (match.sourceNamespace) errors.dnsLabel(`${field}.sourceNamespace`, match.sourceNamespace);
  for (const [name, value] of Object.entries(match.queryParams ?? {})) {
    checkStringMatch(errors, keyed(`${field}.queryParams`, name), value, true);
  }
  errors.range(`${field}.port`, match.port, 1, 65_535);
  (match.gateways ?? []).forEach((name, index) => {
    checkGatewayName(errors, `${field}.gateways[${index}]`, name);
  });
}

/** `regex: '*'` is no regular expression: under withoutHeaders it means that the header is there. */
function withoutPresence(headers: HttpMatchRequest['withoutHeaders']): Record<string, StringMatch> {
  return Object.fromEntries(Object.entries(headers ?? {}).filter(([, { regex }]) => regex !== '*'));
}

function checkHeaders(errors: FieldErrors, field: string, headers: Record<string, StringMatch> | undefined): void {
  for (const [name, match] of Object.entries(headers ?? {})) {
    const at = keyed(field, name);
    errors.headerName(at, name);
    checkStringMatch(errors, at, match, true);
  }
}
