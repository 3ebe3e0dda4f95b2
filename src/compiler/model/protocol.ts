import type { Protocol } from './types.js';

const BY_NAME: Readonly<Record<string, Protocol>> = {
  http: 'http',
  http2: 'http2',
  grpc: 'http2',
  'grpc-web': 'http',
  https: 'tls',
  tls: 'tls',
  tcp: 'tcp',
  mongo: 'tcp',
  mysql: 'tcp',
  redis: 'tcp',
};

/** The names that Kubernetes gives to appProtocol. */
const KUBERNETES: Readonly<Record<string, Protocol>> = {
  'kubernetes.io/h2c': 'http2',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'tls',
};

const GRPC_WEB = 'grpc-web';
/** SMTP, DNS, MySQL and MongoDB: there the server speaks first, or not at all as HTTP does, so that sniffing would wait in vain. */
const SERVER_FIRST_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27_017]);

/**
 * The protocol of a service's port: appProtocol where there is one, else the port's name, of either the part before the first dash
 * (`http-admin`). What says nothing is sniffed, but for the ports of protocols in which servers speak first.
 */
export function protocolOf(name: string | undefined, appProtocol: string | undefined, port: number): Protocol {
  const kubernetes = appProtocol === undefined ? undefined : KUBERNETES[appProtocol];
  if (kubernetes) return kubernetes;
  const text = (appProtocol ?? name ?? '').toLowerCase();
  if (text.startsWith(GRPC_WEB)) return 'http';
  const prefix = text.split('-')[0] ?? '';
  if (Object.hasOwn(BY_NAME, prefix)) return BY_NAME[prefix]!;
  return isServerFirst(port) ? 'tcp' : 'auto';
}

export function isServerFirst(port: number): boolean {
  return SERVER_FIRST_PORTS.has(port);
}

/** Whether requests on the port are routed one by one, where they are HTTP. */
export function mayBeHttp(protocol: Protocol): boolean {
  return protocol !== 'tcp' && protocol !== 'tls';
}
