import { isIP } from 'node:net';
import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors, keyed } from '../checks.js';
import { checkExportTo } from '../references.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import { checkWorkload } from '../workloadentry/validate.js';
import type { ServiceEntry, ServiceEntrySpec } from './types.js';

const PROTOCOLS = ['HTTP', 'HTTPS', 'GRPC', 'GRPC-WEB', 'HTTP2', 'MONGO', 'MYSQL', 'REDIS', 'TCP', 'TLS'];
/** Connections of these say which host they are for. */
const TOLD_APART: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'GRPC', 'GRPC-WEB', 'HTTP2', 'TLS']);

export function validateServiceEntry(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as ServiceEntry).spec as ServiceEntrySpec | undefined;
  if (!spec?.hosts?.length) {
    errors.required('spec.hosts', 'at least one host, for example api.example.com');
    return errors.list;
  }
  spec.hosts.forEach((host, index) => {
    errors.host(`spec.hosts[${index}]`, host, true);
    if (host === '*') errors.invalid(`spec.hosts[${index}]`, host, "'*' alone would be every host");
  });
  checkAddresses(errors, spec);
  checkPorts(errors, spec);
  checkSelector(errors, spec);
  checkEndpoints(errors, spec);
  checkExportTo(errors, spec.exportTo);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkAddresses(errors: FieldErrors, { addresses = [], resolution = 'NONE' }: ServiceEntrySpec): void {
  addresses.forEach((text, index) => {
    const field = `spec.addresses[${index}]`;
    const [address = '', bits] = text.split('/');
    const bits_max = isIP(address) === 6 ? 128 : 32;
    if (isIP(address) === 0 || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= bits_max))) {
      errors.invalid(field, text, 'must be an IP address or a CIDR such as 192.0.2.0/24');
    } else if (bits !== undefined && resolution !== 'NONE' && resolution !== 'STATIC') {
      errors.invalid(field, text, 'a CIDR is allowed only with resolution NONE or STATIC');
    }
  });
}

function checkPorts(errors: FieldErrors, { ports = [], hosts, resolution = 'NONE' }: ServiceEntrySpec): void {
  const seen = { number: new Set<number>(), name: new Set<string>() };
  ports.forEach(({ number, name, protocol = '' }, index) => {
    const field = `spec.ports[${index}]`;
    if (seen.number.has(number)) errors.duplicate(`${field}.number`, number);
    if (seen.name.has(name)) errors.duplicate(`${field}.name`, name);
    seen.number.add(number);
    seen.name.add(name);
    errors.dnsLabel(`${field}.name`, name);
    const known = protocol.toUpperCase();
    if (protocol && !PROTOCOLS.includes(known)) errors.notSupported(`${field}.protocol`, protocol, PROTOCOLS);
    else if (resolution !== 'NONE' && hosts.length > 1 && protocol && !TOLD_APART.has(known)) {
      errors.invalid(`${field}.protocol`, protocol, 'with several hosts must be one whose connections say their host');
    }
  });
}

function checkSelector(errors: FieldErrors, { workloadSelector, endpoints }: ServiceEntrySpec): void {
  if (workloadSelector && endpoints) {
    errors.forbidden('spec.workloadSelector', 'may not be set together with endpoints');
  }
  for (const [key, value] of Object.entries(workloadSelector?.labels ?? {})) {
    const field = keyed('spec.workloadSelector.labels', key);
    if (key === '') errors.required(field, 'the name of a label');
    if (`${key}${value}`.includes('*')) errors.invalid(field, value, "wildcard '*' is not supported in the selector");
  }
}

function checkEndpoints(errors: FieldErrors, spec: ServiceEntrySpec): void {
  const { endpoints = [], resolution = 'NONE', workloadSelector, hosts, ports = [] } = spec;
  const looksUp = resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN';
  if (resolution === 'NONE' && endpoints.length > 0) {
    errors.forbidden(
      'spec.endpoints',
      'with resolution NONE the address that the program called is used; choose STATIC or DNS',
    );
  }
  if (looksUp && endpoints.length === 0 && !workloadSelector && hosts.some((host) => host.startsWith('*'))) {
    errors.required('spec.endpoints', 'a host with a wildcard cannot be looked up');
  }
  if (resolution === 'DNS_ROUND_ROBIN' && endpoints.length > 1) {
    errors.invalid('spec.endpoints', endpoints.length, 'with resolution DNS_ROUND_ROBIN there may be one at most');
  }
  const rules = { hosts: looksUp, portNames: new Set(ports.map(({ name }) => name)) };
  endpoints.forEach((endpoint, index) => {
    checkWorkload(errors, `spec.endpoints[${index}]`, endpoint, rules);
  });
}
