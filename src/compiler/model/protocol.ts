import type { Protocol } from './types.js';

const BY_NAME: Readonly<Record<string, Protocol>> = {
  http: 'http',
  http2: 'http2',
  grpc: 'http2',
  'grpc-web': 'http',
  https: 'tcp',
  tls: 'tcp',
  tcp: 'tcp',
  mongo: 'tcp',
  mysql: 'tcp',
  redis: 'tcp',
  // The names that Kubernetes gives to appProtocol.
  'kubernetes.io/h2c': 'http2',
  'kubernetes.io/ws': 'http',
  'kubernetes.io/wss': 'tcp',
};

/**
 * The protocol of a service's port: appProtocol first, else the port's name or its part before the first dash (`http-admin`).
 * A port that says neither carries plain TCP: it is not sniffed.
 */
export function protocolOf(name: string | undefined, appProtocol: string | undefined): Protocol {
  const declared = appProtocol && BY_NAME[appProtocol.toLowerCase()];
  if (declared) return declared;
  const text = (name ?? '').toLowerCase();
  if (text === 'grpc-web' || text.startsWith('grpc-web-')) return 'http';
  return BY_NAME[text.split('-')[0] ?? ''] ?? 'tcp';
}
