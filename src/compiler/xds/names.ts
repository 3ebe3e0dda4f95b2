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

/** `http.80` */
export function gatewayRoutes(port: number): string {
  return `http.${port}`;
}
