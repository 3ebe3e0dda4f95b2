import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Gateway, Server } from '../../resources/istio/gateway/types.js';
import { mergeServers } from './gateway-listeners.js';
import { buildGateways } from './gateways.js';

function gateway(name: string, created: string, ...servers: Server[]): Gateway {
  const metadata = { name, namespace: 'shop', creationTimestamp: created };
  return { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata, spec: { selector: {}, servers } };
}

function server(protocol: string, number: number, host: string, more: Partial<Server> = {}): Server {
  return { port: { number, protocol, name: `${protocol}-${host}` }, hosts: [host], ...more };
}

const TLS = { tls: { mode: 'SIMPLE', credentialName: 'c' } } as const;

function refusals(...gateways: Gateway[]): string[] {
  return mergeServers(buildGateways(gateways), (port) => port).refused.map(({ message }) => message);
}

test('plain HTTP of several Gateways shares a port; TLS does with hosts of its own', () => {
  assert.deepEqual(
    refusals(gateway('a', '1', server('HTTP', 80, '*')), gateway('b', '2', server('GRPC', 80, '*'))),
    [],
  );
  const secured = [server('HTTPS', 443, 'a.com', TLS), server('TLS', 443, 'b.com', { tls: { mode: 'PASSTHROUGH' } })];
  assert.deepEqual(refusals(gateway('a', '1', ...secured)), []);
});

test('the older Gateway keeps a port, or a host, that cannot be shared', () => {
  const young = gateway(
    'young',
    '2',
    server('HTTPS', 443, 'a.com', TLS),
    server('TCP', 9000, '*'),
    server('HTTP', 443, '*'),
  );
  const old = gateway('old', '1', server('HTTPS', 443, 'a.com', TLS), server('MONGO', 9000, '*'));
  assert.deepEqual(refusals(young, old), [
    "Gateway shop/old's spec.servers[0] has the host a.com on port 443 already",
    "port 9000 belongs to Gateway shop/old's spec.servers[1]: TCP connections cannot be told apart",
    "plain HTTP cannot share port 443 with the TLS of Gateway shop/old's spec.servers[0]",
  ]);
});

test('addresses of their own keep servers apart', () => {
  const bound = server('TCP', 9000, '*', { bind: '10.0.0.1' });
  assert.deepEqual(refusals(gateway('a', '1', server('TCP', 9000, '*'), bound)), []);
});
