import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { bootstrap, startProxy, staticCluster } from '../testing/test-proxy.js';
import { ok, TestUpstream } from '../testing/test-upstream.js';

const LOG = `access_log:
- name: bytes
  typed_config:
    "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
    log_format:
      text_format_source:
        inline_string: "in %DOWNSTREAM_WIRE_BYTES_RECEIVED% %DOWNSTREAM_HEADER_BYTES_RECEIVED% out %DOWNSTREAM_WIRE_BYTES_SENT% %DOWNSTREAM_HEADER_BYTES_SENT%"`;

const FRAME_HEAD = 9;

test('bytes of an HTTP/2 request are those of its frames, and all of a connection add up', async () => {
  const upstream = await TestUpstream.start(() => ok('answer'));
  const proxy = await startProxy(
    bootstrap({
      routes: '- { match: { prefix: / }, route: { cluster: up } }',
      clusters: staticCluster('up', [upstream.port]),
    }).replace('access_log:', `${LOG.split('\n').join('\n          ')}\n`),
  );
  const socket = connectTcp(proxy.port('test'), '127.0.0.1');
  const client = connect('http://test.example', { createConnection: () => socket });
  try {
    const stream = client.request({ ':path': '/', ':method': 'POST' });
    stream.end(Buffer.alloc(20_000));
    stream.resume();
    await once(stream, 'close');
    const line = proxy.logs.find((log) => log.startsWith('in '))!;
    const [received, headReceived, sent, headSent] = [...line.matchAll(/\d+/g)].map(Number);
    // the window is larger than the body: one frame of 16 kB, one with the rest, and maybe an empty one at the end
    assert.ok([2, 3].map((frames) => 20_000 + frames * FRAME_HEAD).includes(received! - headReceived!), line);
    assert.ok([1, 2].map((frames) => 6 + frames * FRAME_HEAD).includes(sent! - headSent!), line);
    assert.ok(headReceived! > FRAME_HEAD && headSent! > FRAME_HEAD, line);
    client.close();
    await once(socket, 'close');
    assert.equal(proxy.stat('http.test.downstream_cx_rx_bytes_total'), socket.bytesWritten);
    assert.equal(proxy.stat('http.test.downstream_cx_tx_bytes_total'), socket.bytesRead);
    assert.equal(proxy.stat('cluster.up.upstream_cx_tx_bytes_total') > 20_000, true);
  } finally {
    client.destroy();
    await proxy.close();
    await upstream.close();
  }
});
