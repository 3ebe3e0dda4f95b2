import { isIP } from 'node:net';
import type { HTTPIngressPath, IngressBackend, IngressRule } from 'kubernetes-types/networking/v1.js';
import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import type { IngressObject } from '../../types.js';
import { forbidden, invalid, notSupported, required } from '../../validation/errors.js';
import { validateMetadata } from '../../validation/metadata.js';
import { dns1035Label, dns1123Subdomain } from '../../validation/names.js';
import { validatePort, validatePortOrName } from '../../validation/ports.js';

const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix'];
/** They would mean another path to whoever normalises it. */
const PATH_PARTS_REFUSED = ['//', '/./', '/../', '%2f', '%2F'];
const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

export function validateIngress(object: KubeObject): FieldError[] {
  const { spec = {} } = object as IngressObject;
  const errors = validateMetadata(object);
  if (!spec.rules?.length && !spec.defaultBackend) {
    errors.push(invalid('spec', spec.rules ?? [], 'either `defaultBackend` or `rules` must be specified'));
  }
  if (spec.ingressClassName && object.metadata.annotations?.[CLASS_ANNOTATION]) {
    const detail = 'can not be set when the class field is also set';
    errors.push(
      invalid(`metadata.annotations[${CLASS_ANNOTATION}]`, object.metadata.annotations[CLASS_ANNOTATION], detail),
    );
  }
  if (spec.defaultBackend) errors.push(...validateBackend(spec.defaultBackend, 'spec.defaultBackend'));
  return [...errors, ...(spec.rules ?? []).flatMap((rule, i) => validateRule(rule, `spec.rules[${i}]`))];
}

function validateRule(rule: IngressRule, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (rule.host) {
    const problem = dns1123Subdomain(rule.host.replace(/^\*\./, ''));
    if (problem) errors.push(invalid(`${field}.host`, rule.host, problem));
    if (isIP(rule.host)) errors.push(invalid(`${field}.host`, rule.host, 'must be a DNS name, not an IP address'));
  }
  if (rule.http && !rule.http.paths?.length) errors.push(required(`${field}.http.paths`));
  return [...errors, ...(rule.http?.paths ?? []).flatMap((path, i) => validatePath(path, `${field}.http.paths[${i}]`))];
}

function validatePath(path: HTTPIngressPath, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!path.pathType) errors.push(required(`${field}.pathType`, 'pathType must be specified'));
  else if (!PATH_TYPES.includes(path.pathType))
    errors.push(notSupported(`${field}.pathType`, path.pathType, PATH_TYPES));
  else if ((path.path || path.pathType !== 'ImplementationSpecific') && !path.path?.startsWith('/')) {
    errors.push(invalid(`${field}.path`, path.path ?? '', 'must be an absolute path'));
  } else if (path.pathType !== 'ImplementationSpecific') {
    const wrong = PATH_PARTS_REFUSED.find((part) => path.path?.includes(part));
    if (wrong !== undefined) errors.push(invalid(`${field}.path`, path.path, `must not contain '${wrong}'`));
  }
  return [...errors, ...validateBackend(path.backend, `${field}.backend`)];
}

function validateBackend(backend: IngressBackend | undefined, field: string): FieldError[] {
  const service = backend?.service;
  if (backend?.resource) {
    return service ? [forbidden(field, 'cannot set both resource and service backends')] : [];
  }
  if (!service?.name) return [required(`${field}.service.name`)];
  const errors: FieldError[] = [];
  const problem = dns1035Label(service.name);
  if (problem) errors.push(invalid(`${field}.service.name`, service.name, problem));
  if (service.port?.name) errors.push(...validatePortOrName(service.port.name, `${field}.service.port.name`));
  else if (service.port?.number) errors.push(...validatePort(service.port.number, `${field}.service.port.number`));
  else errors.push(required(field, 'port name or number is required'));
  return errors;
}
