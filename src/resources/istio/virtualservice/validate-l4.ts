import type { FieldErrors } from '../checks.js';
import { checkGatewayName } from '../references.js';
import type { L4Match, RouteDestination, TcpRoute, TlsRoute } from './types.js';
import { checkDestination } from './validate-action.js';

export function checkTlsRoutes(errors: FieldErrors, routes: readonly TlsRoute[], hosts: readonly string[]): void {
  routes.forEach(({ match, route }, index) => {
    const field = `spec.tls[${index}]`;
    if (!match?.length) errors.required(`${field}.match`, 'at least one match with sniHosts');
    (match ?? []).forEach((one, at) => {
      checkL4Match(errors, `${field}.match[${at}]`, one);
      checkSniHosts(errors, `${field}.match[${at}].sniHosts`, one.sniHosts ?? [], hosts);
    });
    checkRoute(errors, `${field}.route`, route ?? []);
  });
}

export function checkTcpRoutes(errors: FieldErrors, routes: readonly TcpRoute[]): void {
  routes.forEach(({ match, route }, index) => {
    const field = `spec.tcp[${index}]`;
    (match ?? []).forEach((one, at) => {
      checkL4Match(errors, `${field}.match[${at}]`, one);
    });
    checkRoute(errors, `${field}.route`, route ?? []);
  });
}

/** A name that the client asks for is one of the hosts, or one that a host with a wildcard covers. */
function checkSniHosts(errors: FieldErrors, field: string, names: readonly string[], hosts: readonly string[]): void {
  if (names.length === 0) errors.required(field, 'at least one name that clients ask for');
  names.forEach((name, index) => {
    const at = `${field}[${index}]`;
    errors.host(at, name, true);
    if (!hosts.some((host) => isWithin(name, host))) {
      errors.invalid(at, name, `must be one of spec.hosts (${hosts.join(', ')}), or covered by one of them`);
    }
  });
}

function isWithin(name: string, host: string): boolean {
  if (!host.startsWith('*')) return name === host;
  return name.replace(/^\*/, '').endsWith(host.slice(1));
}

function checkL4Match(errors: FieldErrors, field: string, match: L4Match): void {
  (match.destinationSubnets ?? []).forEach((subnet, index) => {
    errors.subnet(`${field}.destinationSubnets[${index}]`, subnet);
  });
  errors.range(`${field}.port`, match.port, 1, 65_535);
  if (match.sourceNamespace) errors.dnsLabel(`${field}.sourceNamespace`, match.sourceNamespace);
  (match.gateways ?? []).forEach((name, index) => {
    checkGatewayName(errors, `${field}.gateways[${index}]`, name);
  });
}

function checkRoute(errors: FieldErrors, field: string, route: readonly RouteDestination[]): void {
  if (route.length === 0) errors.required(field, 'at least one destination');
  route.forEach(({ destination, weight }, index) => {
    checkDestination(errors, `${field}[${index}].destination`, destination);
    errors.atLeast(`${field}[${index}].weight`, weight, 0);
  });
  const total = route.reduce((sum, { weight }) => sum + (weight ?? 0), 0);
  if (route.length > 1 && total === 0) {
    errors.invalid(field, total, 'with several destinations the weights must add up to more than 0');
  }
}
