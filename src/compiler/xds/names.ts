import type { BoundServer } from '../model/gateway-listeners.js';

/** The names that Istio gives to things, because people look for them. */
export const PASSTHROUGH_CLUSTER = 'PassthroughCluster';
export const BLACK_HOLE_CLUSTER = 'BlackHoleCluster';
export const INBOUND_PASSTHROUGH_CLUSTER = 'InboundPassthroughCluster';
export const VIRTUAL_OUTBOUND_LISTENER = 'virtualOutbound';
export const VIRTUAL_INBOUND_LISTENER = 'virtualInbound';
export const HTTP_PROXY_ROUTES = 'http_proxy';

export const OUTBOUND_CAPTURE_PORT = 15_001;
export const INBOUND_CAPTURE_PORT = 15_006;
export const ANY_ADDRESS = '0.0.0.0';

/** `outbound|8080|v1|reviews.default.svc.cluster.local` */
export function outboundCluster(port: number, subset: string | undefined, host: string): string {
  return `outbound|${port}|${subset ?? ''}|${host}`;
}

/** `inbound|8080||` */
export function inboundCluster(port: number): string {
  return `inbound|${port}||`;
}

/** `0.0.0.0_8080` */
export function listenerName(address: string, port: number): string {
  return `${address}_${port}`;
}

/** `cart.shop.svc.cluster.local:8080`: for a port on which HTTP is found by its first bytes. */
export function sniffedRoutes(hostname: string, port: number): string {
  return `${hostname}:${port}`;
}

/** `http.80`, `http.80.10.0.0.1` */
export function gatewayRoutes(port: number, bind: string | undefined): string {
  return `http.${port}${bind ? `.${bind}` : ''}`;
}

/** `https.443.https-shop.edge.shop`: port, its name, and the Gateway. */
export function securedGatewayRoutes({ gateway, server }: BoundServer): string {
  const [namespace = '', name = ''] = gateway.key.split('/');
  return `https.${server.port}.${server.portName}.${name}.${namespace}${server.bind ? `.${server.bind}` : ''}`;
}
