import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors } from '../checks.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { EgressListener, IngressListener, Sidecar, SidecarPort, SidecarSpec } from './types.js';

const PROTOCOLS = ['HTTP', 'HTTPS', 'GRPC', 'GRPC-WEB', 'HTTP2', 'MONGO', 'REDIS', 'MYSQL', 'TCP', 'TLS'];
const ENDPOINT_HOSTS = ['', '127.0.0.1', '0.0.0.0', '[::1]', '[::]'];

export function validateSidecar(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as Sidecar).spec as SidecarSpec | undefined;
  const { ingress, egress, outboundTrafficPolicy } = spec ?? {};
  const more = (spec as { inboundConnectionPool?: unknown } | undefined)?.inboundConnectionPool;
  if (!ingress?.length && !egress?.length && !outboundTrafficPolicy && !more) {
    errors.required('spec', 'at least one of ingress, egress and outboundTrafficPolicy');
  }
  (ingress ?? []).forEach((listener, index) => {
    checkIngress(errors, `spec.ingress[${index}]`, listener);
  });
  (egress ?? []).forEach((listener, index) => {
    checkEgress(errors, `spec.egress[${index}]`, listener, index === egress!.length - 1);
  });
  checkUniquePorts(errors, 'spec.ingress', ingress ?? []);
  checkUniquePorts(errors, 'spec.egress', egress ?? []);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkIngress(errors: FieldErrors, field: string, { port, bind, defaultEndpoint }: IngressListener): void {
  if (port === undefined) errors.required(`${field}.port`, 'for example {number: 9080, protocol: HTTP, name: http}');
  else checkPort(errors, `${field}.port`, port);
  if (bind) errors.ipAddress(`${field}.bind`, bind);
  if (!defaultEndpoint) return;
  const colon = defaultEndpoint.lastIndexOf(':');
  const number = Number(defaultEndpoint.slice(colon + 1));
  const isPort = Number.isInteger(number) && number >= 1 && number <= 65_535;
  if (colon < 0 || !ENDPOINT_HOSTS.includes(defaultEndpoint.slice(0, colon)) || !isPort) {
    errors.invalid(
      `${field}.defaultEndpoint`,
      defaultEndpoint,
      'must be 127.0.0.1:PORT or [::1]:PORT (the loopback address) or 0.0.0.0:PORT or [::]:PORT (the address of the pod)',
    );
  }
}

function checkEgress(errors: FieldErrors, field: string, { port, bind, hosts }: EgressListener, isLast: boolean): void {
  if (port) checkPort(errors, `${field}.port`, port);
  else if (!isLast) errors.required(`${field}.port`, 'only the last egress listener may leave the port out');
  if (bind && !port) errors.forbidden(`${field}.bind`, 'may be set only together with port');
  if (bind) errors.ipAddress(`${field}.bind`, bind);
  if (!hosts?.length) errors.required(`${field}.hosts`, "at least one host, for example './*' or '*/*'");
  (hosts ?? []).forEach((host, index) => {
    checkHost(errors, `${field}.hosts[${index}]`, host);
  });
}

function checkHost(errors: FieldErrors, field: string, text: string): void {
  const slash = text.indexOf('/');
  if (slash < 0) {
    errors.invalid(field, text, 'must be namespace/host, for example shop/cart.shop.svc.cluster.local, ./* or */*');
    return;
  }
  const namespace = text.slice(0, slash).replace(/^~/, '');
  if (!['', '*', '.'].includes(namespace)) errors.dnsLabel(field, namespace);
  errors.host(field, text.slice(slash + 1), true);
}

function checkPort(errors: FieldErrors, field: string, { number, protocol, name }: SidecarPort): void {
  errors.range(`${field}.number`, number, 1, 65_535);
  if (!PROTOCOLS.includes(protocol?.toUpperCase())) errors.notSupported(`${field}.protocol`, protocol, PROTOCOLS);
  if (name) errors.dnsLabel(`${field}.name`, name);
}

function checkUniquePorts(errors: FieldErrors, field: string, listeners: readonly { port?: SidecarPort }[]): void {
  const seen = new Set<number>();
  listeners.forEach(({ port }, index) => {
    if (port === undefined) return;
    if (seen.has(port.number)) errors.duplicate(`${field}[${index}].port.number`, port.number);
    seen.add(port.number);
  });
}
