import type { EndpointSubset } from 'kubernetes-types/core/v1.js';
import type { KindDefinition } from '../../kind.js';
import { column } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { EndpointsObject } from '../../types.js';
import { validateMetadata } from '../../validation/metadata.js';
import { validateIp, validatePort } from '../../validation/ports.js';
import { oneOf } from '../../validation/values.js';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
/** As many as kubectl shows before `+ 5 more...`. */
const SHOWN_MAX = 3;

export const ENDPOINTS: KindDefinition = {
  group: '',
  kind: 'Endpoints',
  plural: 'endpoints',
  singular: 'endpoints',
  shortNames: ['ep'],
  namespaced: true,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Endpoints') }],
  columns: [column<EndpointsObject>('Endpoints', (endpoints) => formatEndpoints(endpoints.subsets ?? []))],
  defaults(object) {
    for (const subset of (object as EndpointsObject).subsets ?? []) {
      for (const port of subset.ports ?? []) port.protocol ||= 'TCP';
    }
  },
  validate: (object) => [
    ...validateMetadata(object),
    ...((object as EndpointsObject).subsets ?? []).flatMap((subset, i) => validateSubset(subset, `subsets[${i}]`)),
  ],
};

function validateSubset({ addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset, field: string) {
  const lists = Object.entries({ addresses, notReadyAddresses });
  return [
    ...lists.flatMap(([name, list]) => list.flatMap(({ ip }, i) => validateIp(ip, `${field}.${name}[${i}].ip`))),
    ...ports.flatMap(({ port, protocol }, i) => [
      ...validatePort(port, `${field}.ports[${i}].port`),
      ...oneOf(`${field}.ports[${i}].protocol`, protocol, PROTOCOLS),
    ]),
  ];
}

function formatEndpoints(subsets: readonly EndpointSubset[]): string {
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map(({ ip }) => ip)
      : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
  );
  if (all.length === 0) return '<none>';
  const shown = all.slice(0, SHOWN_MAX).join(',');
  return all.length > SHOWN_MAX ? `${shown} + ${all.length - SHOWN_MAX} more...` : shown;
}
