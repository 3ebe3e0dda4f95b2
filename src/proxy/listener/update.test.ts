import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { SystemClock } from '../../base/clock.js';
import { SILENT_LOGGER } from '../../base/logger.js';
import { SeededRandom } from '../../base/random.js';
import type { LogicalProxy } from '../logical-proxy.js';
import { HostSockets } from '../network.js';
import { ProxyServer } from '../proxy-server.js';
import { FakeConfigStream } from '../testing/fake-config-stream.js';

const HCM = 'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';

function chain(name: string, source: string, body: string): string {
  return `
- name: ${name}
  filter_chain_match: { source_prefix_ranges: [{ address_prefix: ${source}, prefix_len: 32 }] }
  filters:
  - name: h
    typed_config:
      "@type": ${HCM}
      stat_prefix: ${name}
      route_config: { virtual_hosts: [{ name: v, domains: ["*"], routes: [{ match: { prefix: / }, direct_response: { status: 200, body: { inline_string: ${body} } } }] }] }
      http_filters: [{ name: r, typed_config: { "@type": ${ROUTER} } }]`;
}

function listener(...chains: string[]): string {
  return `name: l\naddress: { socket_address: { address: 127.0.0.1, port_value: 0 } }\nfilter_chains:${chains.join('')}`;
}

/** A client that stays, and asks again. */
class Client {
  private text = '';
  private waiting: (() => void) | undefined;
  closed = false;

  constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.text += String(chunk);
      this.waiting?.();
    });
    socket.on('close', () => {
      this.closed = true;
      this.waiting?.();
    });
    socket.on('error', () => {});
  }

  static open(port: number, localAddress: string): Promise<Client> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', localAddress }, () => resolve(new Client(socket)));
      socket.on('error', reject);
    });
  }

  async ask(): Promise<string> {
    this.text = '';
    this.socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    while (!/\r\n\r\n.+/s.test(this.text) && !this.closed) {
      await new Promise<void>((resolve) => {
        this.waiting = resolve;
      });
    }
    return this.text;
  }

  end(): void {
    this.socket.destroy();
  }
}

describe('a listener that changes', () => {
  const stream = new FakeConfigStream();
  let server: ProxyServer;
  let proxy: LogicalProxy;

  before(async () => {
    server = new ProxyServer({ clock: new SystemClock(), random: new SeededRandom(1), logger: SILENT_LOGGER });
    proxy = server.add({
      id: 'p',
      node: { id: 'p', cluster: '', metadata: {}, locality: { region: '', zone: '' } },
      sockets: new HostSockets(),
      configStream: stream,
    });
    stream.send('cluster');
    stream.send('listener', listener(chain('one', '127.0.0.1', 'first'), chain('two', '127.0.0.2', 'first')));
    await proxy.ready();
  });

  after(() => server.close());

  test('a chain that is as before keeps its connections; the others end after an answer', async () => {
    const port = proxy.boundAddress('l')!.port;
    const [kept, changed] = await Promise.all([Client.open(port, '127.0.0.1'), Client.open(port, '127.0.0.2')]);
    assert.match(await kept.ask(), /first$/);
    assert.match(await changed.ask(), /first$/);
    stream.send('listener', listener(chain('one', '127.0.0.1', 'first'), chain('two', '127.0.0.2', 'second')));
    const counters = proxy.context.stats.counters;
    assert.equal(counters.get('listener_manager.listener_in_place_updated')?.value, 1);
    assert.doesNotMatch(await kept.ask(), /connection: close/);
    assert.match(await changed.ask(), /connection: close[\s\S]*first$/);
    const fresh = await Client.open(port, '127.0.0.2');
    assert.match(await fresh.ask(), /second$/);
    assert.equal(proxy.boundAddress('l')!.port, port);
    for (const client of [kept, changed, fresh]) client.end();
  });

  test('a bad change is refused by path, and the listener stays', async () => {
    const verdict = stream.send('listener', listener(chain('one', '127.0.0.1', 'x'), chain('two', '127.0.0.1', 'y')));
    assert.ok('reject' in verdict);
    assert.match(
      verdict.reject,
      /filter_chains\[1\]\.filter_chain_match: filter chain 'two' has the same matching rules/,
    );
    const client = await Client.open(proxy.boundAddress('l')!.port, '127.0.0.2');
    assert.match(await client.ask(), /second$/);
    client.end();
  });

  test('drained, it takes no more connections, and those that are there end after an answer', async () => {
    const port = proxy.boundAddress('l')!.port;
    const client = await Client.open(port, '127.0.0.1');
    await client.ask();
    proxy.listeners.drainAll({ inboundOnly: true, graceful: false });
    (await Client.open(port, '127.0.0.1')).end(); // it is no inbound listener
    proxy.listeners.drainAll({ inboundOnly: false, graceful: true, skipExit: true });
    assert.match(await client.ask(), /connection: close/);
    proxy.listeners.drainAll({ inboundOnly: false, graceful: false });
    await assert.rejects(Client.open(port, '127.0.0.1'), /ECONNREFUSED/);
    client.end();
  });
});
