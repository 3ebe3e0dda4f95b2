import type { ListenerFilter } from '../listener/listener-filter.js';
import { PASS } from '../listener/listener-filter.js';

/** `envoy.filters.listener.original_dst`: restores where a captured connection wanted to go. */
export const ORIGINAL_DST: ListenerFilter = {
  reads: false,
  inspect(_bytes, info, socket, sockets) {
    const destination = sockets.originalDestination(socket);
    if (destination === undefined) return PASS;
    info.localAddress = destination.address;
    info.localPort = destination.port;
    info.restored = true;
    return PASS;
  },
};
