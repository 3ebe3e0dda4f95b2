import type { EndpointPort } from 'kubernetes-types/discovery/v1.js';
import type { FieldError, KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { EndpointSliceObject } from '../../types.js';
import { notSupported, required } from '../../validation/errors.js';
import { immutable, validateMetadata } from '../../validation/metadata.js';
import { dns1123Subdomain } from '../../validation/names.js';
import { validateIp, validatePort } from '../../validation/ports.js';
import { ruled } from '../../validation/values.js';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PORTS_SHOWN_MAX = 3;
const ADDRESSES_SHOWN_MAX = 3;

export const ENDPOINT_SLICE: KindDefinition = {
  group: 'discovery.k8s.io',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  singular: 'endpointslice',
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.discovery.v1.EndpointSlice') }],
  columns: [
    column<EndpointSliceObject>('AddressType', (slice) => slice.addressType),
    column<EndpointSliceObject>('Ports', (slice) => formatPorts(slice.ports ?? [])),
    column<EndpointSliceObject>('Endpoints', formatAddresses),
  ],
  defaults(object) {
    for (const port of (object as EndpointSliceObject).ports ?? []) {
      port.name ??= '';
      port.protocol ||= 'TCP';
    }
  },
  validate(object) {
    const { addressType, endpoints, ports } = object as EndpointSliceObject;
    const errors = validateMetadata(object);
    for (const [i, { addresses }] of (endpoints ?? []).entries()) {
      errors.push(...validateAddresses(addresses ?? [], addressType, `endpoints[${i}].addresses`));
    }
    for (const [i, { port }] of (ports ?? []).entries()) {
      if (port !== undefined) errors.push(...validatePort(port, `ports[${i}].port`));
    }
    if (!addressType) errors.push(required('addressType'));
    else if (!ADDRESS_TYPES.includes(addressType)) {
      errors.push(notSupported('addressType', addressType, ADDRESS_TYPES));
    }
    return errors;
  },
  validateUpdate: (object, old) => immutable('addressType', object['addressType'], old['addressType']),
};

function validateAddresses(addresses: readonly string[], type: string, field: string): FieldError[] {
  if (addresses.length === 0) return [required(field, 'must contain at least 1 address')];
  const family = type === 'IPv4' ? 4 : 6;
  return addresses.flatMap((address, i) => {
    const at = `${field}[${i}]`;
    return type === 'FQDN' ? ruled(dns1123Subdomain, at, address) : validateIp(address, at, family);
  });
}

function formatPorts(ports: readonly EndpointPort[]): string {
  if (ports.length === 0) return '<unset>';
  const shown = ports
    .slice(0, PORTS_SHOWN_MAX)
    .map(({ port }) => (port === undefined ? '*' : String(port)))
    .join(',');
  return ports.length > PORTS_SHOWN_MAX ? `${shown} + ${ports.length - PORTS_SHOWN_MAX} more...` : shown;
}

function formatAddresses({ endpoints }: EndpointSliceObject): string {
  const all = (endpoints ?? []).flatMap(({ addresses }) => addresses);
  if (all.length === 0) return '<unset>';
  const shown = all.slice(0, ADDRESSES_SHOWN_MAX).join(',');
  return all.length > ADDRESSES_SHOWN_MAX ? `${shown} + ${all.length - ADDRESSES_SHOWN_MAX} more...` : shown;
}
