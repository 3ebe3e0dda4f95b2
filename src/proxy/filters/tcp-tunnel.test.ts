import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { TcpProxy_TunnelingConfigSchema } from '../../xds/types/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb.js';
import { ConfigError } from '../errors.js';
import type { UpstreamStream } from '../pool/upstream-stream.js';
import { compileTunnel } from './tcp-tunnel.js';
import { TunnelStream } from './tunnel-stream.js';

test('a tunnel without a name, or whose path does not fit, is refused by its path', () => {
  const refused: readonly (readonly [Parameters<typeof create<typeof TcpProxy_TunnelingConfigSchema>>[1], string])[] = [
    [{ hostname: '' }, 't.hostname'],
    [{ hostname: '%NO_SUCH%' }, 't.hostname'],
    [{ hostname: 'a', postPath: '/p' }, 't.post_path'],
    [{ hostname: 'a', usePost: true, postPath: 'p' }, 't.post_path'],
  ];
  for (const [config, path] of refused) {
    assert.throws(
      () => compileTunnel(create(TcpProxy_TunnelingConfigSchema, config), 't'),
      (error) => error instanceof ConfigError && error.path === path,
      path,
    );
  }
  const made = compileTunnel(create(TcpProxy_TunnelingConfigSchema, { hostname: 'a', usePost: true }), 't');
  assert.equal(made.postPath, '/');
});

/** Notes what is called. */
function fakeUpstream(): { upstream: UpstreamStream; calls: string[]; setFull(full: boolean): void } {
  const calls: string[] = [];
  const upstream = {
    full: false,
    writeBody: (buf: Uint8Array, start: number, end: number) =>
      calls.push(`write ${Buffer.from(buf.subarray(start, end)).toString()}`),
    end: () => calls.push('end'),
    flush: () => {},
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
  };
  return {
    upstream: upstream as unknown as UpstreamStream,
    calls,
    setFull: (full) => {
      upstream.full = full;
    },
  };
}

test('a tunnel that is full holds its writer until there is room', async () => {
  const { upstream, calls, setFull } = fakeUpstream();
  const stream = new TunnelStream(upstream);
  setFull(true);
  stream.write('a');
  stream.write('b');
  assert.deepEqual(calls, ['write a']);
  setFull(false);
  stream.onRoom();
  await new Promise<void>((done) => {
    stream.end(done);
  });
  assert.deepEqual(calls, ['write a', 'write b', 'end']);
});

test('a tunnel that nobody reads holds its upstream, and lets go when read', () => {
  const { upstream, calls } = fakeUpstream();
  const stream = new TunnelStream(upstream);
  const piece = Buffer.alloc(stream.readableHighWaterMark);
  stream.receive(piece, 0, piece.length);
  stream.receive(piece, 0, piece.length);
  assert.deepEqual(calls, ['pause']);
  // Node before 26 gives all that is there at once, later ones piece by piece
  while (stream.read() !== null);
  assert.deepEqual(calls, ['pause', 'resume']);
});

test('nothing is written behind the end of the answer: the stream may be another’s', async () => {
  const { upstream, calls } = fakeUpstream();
  const stream = new TunnelStream(upstream);
  stream.receiveEnd();
  await new Promise<void>((done) => {
    stream.end('late', done);
  });
  assert.deepEqual(calls, []);
});
