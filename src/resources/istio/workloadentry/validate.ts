import { isIP } from 'node:net';
import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors, keyed } from '../checks.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { WorkloadEndpoint, WorkloadEntry } from './types.js';

const UNIX_PREFIX = 'unix://';
const LOCALITY_PARTS_MAX = 3;

export function validateWorkloadEntry(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as WorkloadEntry).spec as WorkloadEndpoint | undefined;
  checkWorkload(errors, 'spec', spec ?? {}, { hosts: true });
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

export interface WorkloadRules {
  /** Whether the address may be a host. */
  readonly hosts: boolean;
  /** Names of the service's ports, where they are known. */
  readonly portNames?: ReadonlySet<string>;
}

export function checkWorkload(
  errors: FieldErrors,
  field: string,
  workload: WorkloadEndpoint,
  rules: WorkloadRules,
): void {
  const { address, ports = {}, locality } = workload;
  checkAddress(errors, `${field}.address`, address, rules.hosts);
  for (const name of Object.keys(ports)) {
    const at = keyed(`${field}.ports`, name);
    errors.dnsLabel(at, name);
    if (rules.portNames && !rules.portNames.has(name)) {
      errors.invalid(at, name, 'is not the name of a port in spec.ports');
    }
  }
  const parts = locality?.split('/') ?? [];
  if (parts.length > LOCALITY_PARTS_MAX || (locality && parts[0] === '')) {
    errors.invalid(`${field}.locality`, locality, 'must be region, region/zone or region/zone/subzone');
  }
}

function checkAddress(errors: FieldErrors, field: string, address: string | undefined, hosts: boolean): void {
  if (!address) {
    errors.required(field, hosts ? 'an IP address, or with resolution DNS a host' : 'an IP address');
  } else if (address.startsWith(UNIX_PREFIX)) {
    errors.forbidden(field, 'Unix domain sockets are not supported yet; see docs/compatibility.md');
  } else if (isIP(address) === 0 && !hosts) {
    errors.invalid(field, address, 'must be an IP address with resolution STATIC');
  } else if (isIP(address) === 0) {
    errors.host(field, address);
  }
}
