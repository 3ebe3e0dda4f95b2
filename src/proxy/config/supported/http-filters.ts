import type { SupportedFields } from './fields.js';

/** HTTP filters. */
export const IMPLEMENTED: SupportedFields = {
  'envoy.extensions.filters.http.router.v3.Router': 'suppress_envoy_headers',
  'envoy.extensions.filters.http.fault.v3.HTTPFault':
    'delay abort upstream_cluster headers downstream_nodes max_active_faults',
  'envoy.extensions.filters.http.fault.v3.FaultAbort': 'http_status grpc_status header_abort percentage',
  'envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort': '',
  'envoy.extensions.filters.common.fault.v3.FaultDelay': 'fixed_delay header_delay percentage',
  'envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay': '',
};
