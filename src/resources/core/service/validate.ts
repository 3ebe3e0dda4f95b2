import { isIP } from 'node:net';
import type { ServicePort } from 'kubernetes-types/core/v1.js';
import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import type { ServiceObject } from '../../types.js';
import { duplicate, invalid, notSupported, required } from '../../validation/errors.js';
import { immutable, validateLabels, validateMetadata } from '../../validation/metadata.js';
import { dns1035Label, dns1123Label, dns1123Subdomain } from '../../validation/names.js';
import { validatePort, validatePortOrName } from '../../validation/ports.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];

export function validateService(object: KubeObject): FieldError[] {
  const { spec } = object as ServiceObject;
  const errors = validateMetadata(object, dns1035Label);
  if (!spec) return [...errors, required('spec')];
  const type = spec.type ?? 'ClusterIP';
  if (!TYPES.includes(type)) errors.push(notSupported('spec.type', type, TYPES));
  if (type === 'ExternalName') errors.push(...validateExternalName(spec.externalName));
  const headless = spec.clusterIP === 'None';
  if (!spec.ports?.length && !headless && type !== 'ExternalName') errors.push(required('spec.ports'));
  if (spec.clusterIP && !headless && !isIP(spec.clusterIP)) {
    errors.push(
      invalid('spec.clusterIPs[0]', spec.clusterIP, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'),
    );
  }
  if (headless && (type === 'NodePort' || type === 'LoadBalancer')) {
    errors.push(invalid('spec.clusterIPs[0]', spec.clusterIP, `may not be set to 'None' for ${type} services`));
  }
  return [
    ...errors,
    ...validateLabels(spec.selector, 'spec.selector'),
    ...validatePorts(spec.ports ?? []),
    ...(['None', 'ClientIP'].includes(spec.sessionAffinity ?? 'None')
      ? []
      : [notSupported('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])]),
  ];
}

/** A service keeps its address for as long as it has one. */
export function validateServiceUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const { spec } = object as ServiceObject;
  const before = (old as ServiceObject).spec;
  if (spec.type === 'ExternalName' || before.type === 'ExternalName' || !before.clusterIP) return [];
  return immutable('spec.clusterIPs[0]', spec.clusterIP, before.clusterIP);
}

function validateExternalName(name: string | undefined): FieldError[] {
  if (!name) return [required('spec.externalName')];
  const problem = dns1123Subdomain(name.replace(/\.$/, ''));
  return problem ? [invalid('spec.externalName', name, problem)] : [];
}

function validatePorts(ports: readonly ServicePort[]): FieldError[] {
  const names = new Set<string>();
  const numbers = new Set<string>();
  return ports.flatMap((port, i) => {
    const at = `spec.ports[${i}]`;
    const errors = [
      ...validatePortName(port.name, `${at}.name`, ports.length > 1, names),
      ...validatePort(port.port, `${at}.port`),
      ...validatePortOrName(port.targetPort ?? port.port, `${at}.targetPort`),
    ];
    const protocol = port.protocol ?? 'TCP';
    if (port.nodePort) errors.push(...validatePort(port.nodePort, `${at}.nodePort`));
    if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
    const key = `${protocol}/${port.port}`;
    if (numbers.has(key)) errors.push(duplicate(at, { protocol, port: port.port }));
    numbers.add(key);
    return errors;
  });
}

function validatePortName(name: string | undefined, field: string, needed: boolean, names: Set<string>): FieldError[] {
  if (!name) return needed ? [required(field)] : [];
  const problem = dns1123Label(name);
  if (problem) return [invalid(field, name, problem)];
  if (names.has(name)) return [duplicate(field, name)];
  names.add(name);
  return [];
}
