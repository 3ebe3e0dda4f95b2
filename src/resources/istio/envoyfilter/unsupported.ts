import { fields, isEmpty, isOneOf, refusedFields, type UnsupportedField } from '../unsupported-field.js';

const SERVED_PARTS = [
  ...['INVALID', 'LISTENER', 'LISTENER_FILTER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER'],
  ...['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE', 'CLUSTER'],
];

export const UNSUPPORTED_ENVOY_FILTER_FIELDS: readonly UnsupportedField[] = [
  {
    kind: 'EnvoyFilter',
    path: 'spec.configPatches[].applyTo',
    harmless: isOneOf(...SERVED_PARTS),
    only: 'BOOTSTRAP and EXTENSION_CONFIG',
  },
  { kind: 'EnvoyFilter', path: 'spec.targetRefs', harmless: isEmpty },
  {
    kind: 'EnvoyFilter',
    path: 'spec.configPatches[].patch.filterClass',
    harmless: isOneOf('UNSPECIFIED'),
    only: 'other than UNSPECIFIED',
  },
  {
    kind: 'EnvoyFilter',
    path: 'spec.configPatches[].match.context',
    harmless: isOneOf('ANY', 'SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY'),
    only: 'WAYPOINT (there is no ambient mode)',
  },
  ...fields('EnvoyFilter', 'spec.configPatches[].match.waypoint'),
  ...refusedFields('EnvoyFilter', 'Istio does not implement it', 'spec.configPatches[].match.listener.portName'),
];
