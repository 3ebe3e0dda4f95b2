import { isIP } from 'node:net';
import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors } from '../checks.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { EgressRule, EgressRuleSpec } from './types.js';

const HTTP_PROTOCOLS: ReadonlySet<string> = new Set(['http', 'http2', 'grpc', 'https']);
const TCP_PROTOCOLS: ReadonlySet<string> = new Set(['tcp', 'mongo', 'mysql', 'redis']);

export function validateEgressRule(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as EgressRule).spec as EgressRuleSpec | undefined;
  const service = spec?.destination?.service;
  if (service === undefined) {
    errors.required('spec.destination.service', 'the host outside the mesh, for example api.example.com');
    return errors.list;
  }
  for (const field of ['name', 'namespace', 'domain', 'labels'] as const) {
    if (spec?.destination[field] !== undefined) {
      errors.forbidden(
        `spec.destination.${field}`,
        'a destination outside the mesh is named by spec.destination.service',
      );
    }
  }
  const isAddress = isAddressRange(service);
  if (!isAddress) errors.host('spec.destination.service', service, true);
  checkPorts(errors, spec?.ports ?? [], isAddress);
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function isAddressRange(text: string): boolean {
  const [address = '', bits] = text.split('/');
  return isIP(address) !== 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= 128));
}

function checkPorts(errors: FieldErrors, ports: EgressRuleSpec['ports'], isAddress: boolean): void {
  if (ports.length === 0) errors.required('spec.ports', 'at least one port');
  const seen = new Set<number>();
  ports.forEach(({ port, protocol }, index) => {
    const field = `spec.ports[${index}]`;
    if (seen.has(port)) errors.duplicate(`${field}.port`, port);
    seen.add(port);
    const name = protocol.toLowerCase();
    if (!HTTP_PROTOCOLS.has(name) && !TCP_PROTOCOLS.has(name)) {
      errors.notSupported(`${field}.protocol`, protocol, [...HTTP_PROTOCOLS, ...TCP_PROTOCOLS]);
    } else if (TCP_PROTOCOLS.has(name) && !isAddress) {
      errors.invalid(
        `${field}.protocol`,
        protocol,
        'a TCP protocol needs an address or CIDR as spec.destination.service',
      );
    } else if (HTTP_PROTOCOLS.has(name) && isAddress) {
      errors.invalid(`${field}.protocol`, protocol, 'an HTTP protocol needs a host name as spec.destination.service');
    }
  });
}
