import type { GateFilter } from '../listener/network-filter.js';

/** `envoy.filters.network.sni_cluster`: the name that the client asks for in TLS is that of the `tcp_proxy`'s cluster. */
export const SNI_CLUSTER: GateFilter = {
  early: true,
  admit(info) {
    if (info.requestedServerName !== '') info.clusterOverride = info.requestedServerName;
    return 'pass';
  },
};
