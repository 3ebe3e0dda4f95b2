import assert from 'node:assert/strict';
import { connect, createServer, type Server } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { encodeProxyHeaderV2 } from '../../wire/proxy-protocol/proxy-protocol.js';
import { startProxy, staticCluster, type TestProxy } from '../testing/test-proxy.js';
import { ok, TestUpstream } from '../testing/test-upstream.js';

const TCP = 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';
const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';

describe('captured connections', () => {
  let upstream: TestUpstream;
  let plain: Server;
  let plainPort = 0;
  let proxy: TestProxy;

  before(async () => {
    upstream = await TestUpstream.start(() => ok('http'));
    plain = createServer({ allowHalfOpen: true }, (socket) => {
      socket.write('hello '); // speaks first, as databases do
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('end', () => socket.end(text.toUpperCase()));
    });
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const address = plain.address();
    plainPort = address !== null && typeof address === 'object' ? address.port : 0;
    proxy = await startProxy(`
static_resources:
  listeners:
  - name: virtualOutbound
    address: { socket_address: { address: 127.0.0.1, port_value: 0 } }
    use_original_dst: true
    listener_filters:
    - { name: p, typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol } }
    filter_chains:
    - { name: passthrough, filters: [{ name: t, typed_config: { "@type": ${TCP}, stat_prefix: pass, cluster: PassthroughCluster } }] }
  - name: 0.0.0.0_9999
    address: { socket_address: { address: 0.0.0.0, port_value: 9999 } }
    bind_to_port: false
    filter_chains:
    - filters:
      - name: h
        typed_config:
          "@type": ${HCM}
          stat_prefix: h
          route_config: { virtual_hosts: [{ name: v, domains: ["svc:9999"], routes: [{ match: { prefix: / }, route: { cluster: up } }] }] }
          http_filters: [{ name: r, typed_config: { "@type": ${ROUTER} } }]
  clusters:
  - { name: PassthroughCluster, type: ORIGINAL_DST, lb_policy: CLUSTER_PROVIDED, connect_timeout: 1s }
${staticCluster('up', [upstream.port])
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`);
  });

  after(async () => {
    await proxy.close();
    await upstream.close();
    plain.close();
  });

  function through(address: string, port: number, text: string): Promise<string> {
    return new Promise((resolve) => {
      let answer = '';
      const socket = connect({ port: proxy.port('virtualOutbound'), host: '127.0.0.1', allowHalfOpen: true }, () => {
        const header = encodeProxyHeaderV2({ address: '127.1.0.9', port: 5 }, { address, port });
        socket.write(header.subarray(0, 10)); // in two pieces: the filter must wait
        setImmediate(() => {
          socket.write(header.subarray(10));
          socket.end(text);
        });
      });
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
      socket.on('end', () => socket.end());
      socket.on('error', () => resolve(answer));
    });
  }

  test('what no listener knows passes through to where it was going, half-closed too', async () => {
    assert.equal(await through('127.0.0.1', plainPort, 'abc'), 'hello ABC');
    assert.equal(proxy.stat('tcp.pass.downstream_cx_total'), 1);
  });

  test('a known port is handed to its listener, which is not bound', async () => {
    const answer = new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(proxy.port('virtualOutbound'), '127.0.0.1', () => {
        socket.write(encodeProxyHeaderV2({ address: '127.1.0.9', port: 5 }, { address: '10.96.1.1', port: 9999 }));
        socket.write('GET / HTTP/1.1\r\nhost: svc:9999\r\nconnection: close\r\n\r\n');
      });
      socket.on('data', (chunk) => {
        text += chunk;
      });
      socket.on('close', () => resolve(text));
    });
    assert.match(await answer, /^HTTP\/1\.1 200 OK[\s\S]*http$/);
  });
});
