import { isIP } from 'node:net';
import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors, keyed } from '../checks.js';
import { checkExportTo } from '../references.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { ServiceEntry, ServiceEntrySpec } from './types.js';

const PROTOCOLS = ['HTTP', 'HTTPS', 'GRPC', 'GRPC-WEB', 'HTTP2', 'MONGO', 'TCP', 'TLS'];

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
  checkAddresses(errors, spec.addresses ?? []);
  checkPorts(errors, spec.ports ?? []);
  checkEndpoints(errors, spec);
  checkExportTo(errors, spec.exportTo);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkAddresses(errors: FieldErrors, addresses: readonly string[]): void {
  addresses.forEach((text, index) => {
    const [address = '', bits] = text.split('/');
    const bits_max = isIP(address) === 6 ? 128 : 32;
    if (isIP(address) !== 0 && (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= bits_max))) return;
    errors.invalid(`spec.addresses[${index}]`, text, 'must be an IP address or a CIDR such as 192.0.2.0/24');
  });
}

function checkPorts(errors: FieldErrors, ports: NonNullable<ServiceEntrySpec['ports']>): void {
  const seen = { number: new Set<number>(), name: new Set<string>() };
  ports.forEach(({ number, name, protocol }, index) => {
    const field = `spec.ports[${index}]`;
    if (seen.number.has(number)) errors.duplicate(`${field}.number`, number);
    if (seen.name.has(name)) errors.duplicate(`${field}.name`, name);
    seen.number.add(number);
    seen.name.add(name);
    if (protocol && !PROTOCOLS.includes(protocol.toUpperCase()))
      errors.notSupported(`${field}.protocol`, protocol, PROTOCOLS);
  });
}

function checkEndpoints(errors: FieldErrors, spec: ServiceEntrySpec): void {
  const resolution = spec.resolution ?? 'NONE';
  if (resolution === 'NONE' && spec.endpoints?.length) {
    errors.forbidden(
      'spec.endpoints',
      'with resolution NONE the address that the program called is used; choose STATIC or DNS',
    );
  }
  if (resolution.startsWith('DNS') && !spec.endpoints?.length && spec.hosts.some((host) => host.startsWith('*'))) {
    errors.required('spec.endpoints', 'a host with a wildcard cannot be looked up');
  }
  const names = new Set((spec.ports ?? []).map(({ name }) => name));
  (spec.endpoints ?? []).forEach(({ address, ports }, index) => {
    const field = `spec.endpoints[${index}]`;
    if (!address) errors.required(`${field}.address`, 'an IP address, or with resolution DNS a host');
    else if (resolution === 'STATIC' && isIP(address) === 0) {
      errors.invalid(`${field}.address`, address, 'must be an IP address with resolution STATIC');
    } else if (isIP(address) === 0) errors.host(`${field}.address`, address);
    for (const name of Object.keys(ports ?? {})) {
      if (!names.has(name))
        errors.invalid(keyed(`${field}.ports`, name), name, 'is not the name of a port in spec.ports');
    }
  });
}
