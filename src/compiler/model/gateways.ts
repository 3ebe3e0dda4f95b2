import type { Gateway, Server } from '../../resources/istio/gateway/types.js';
import { byAge, keyOf } from '../ordering.js';
import { namespaceOf } from '../snapshot.js';
import type { GatewayModel, GatewayServer } from './types.js';

export function buildGateways(objects: readonly Gateway[]): GatewayModel[] {
  return objects.toSorted(byAge).map((object) => ({
    key: keyOf(object),
    selector: object.spec.selector ?? {},
    servers: object.spec.servers.map((server) => toServer(server, namespaceOf(object))),
  }));
}

/** `shop/cart.example.com`: only VirtualServices of that namespace; `.` is the Gateway's own, `*` any. */
function toServer({ port, hosts }: Server, ownNamespace: string): GatewayServer {
  return {
    port: port.number,
    hosts: hosts.map((text) => {
      const slash = text.indexOf('/');
      const namespace = slash < 0 ? '*' : text.slice(0, slash);
      return { namespace: namespace === '.' ? ownNamespace : namespace, host: text.slice(slash + 1).toLowerCase() };
    }),
  };
}
