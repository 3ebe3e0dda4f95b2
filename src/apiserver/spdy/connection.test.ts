import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { constants, createDeflate } from 'node:zlib';
import { SpdyConnection, type SpdyStream } from './connection.js';
import { DICTIONARY } from './dictionary.js';
import { controlFrame, dataFrame, FrameReader, type SpdyFrame, TYPE, uint32 } from './frames.js';

/** What a client sends and gets; its header blocks are one zlib stream, flushed after each, as the protocol wants. */
class TestClient {
  readonly got: SpdyFrame[] = [];
  private readonly deflate = createDeflate({ dictionary: DICTIONARY, flush: constants.Z_SYNC_FLUSH });
  private readonly frames = new FrameReader();

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.got.push(...this.frames.read(chunk)));
  }

  async open(id: number, headers: Readonly<Record<string, string>>): Promise<void> {
    const pairs = Object.entries(headers).flat();
    const texts = pairs.flatMap((text) => [uint32(text.length), Buffer.from(text)]);
    const plain = Buffer.concat([uint32(pairs.length / 2), ...texts]);
    await new Promise<void>((resolve) => this.deflate.write(plain, () => resolve()));
    const block = this.deflate.read() as Buffer;
    this.socket.write(controlFrame(TYPE.synStream, Buffer.concat([uint32(id), uint32(0), Buffer.from([0, 0]), block])));
  }

  async frame(matches: (frame: SpdyFrame) => boolean): Promise<SpdyFrame> {
    for (;;) {
      const found = this.got.find(matches);
      if (found) return found;
      await once(this.socket, 'data');
    }
  }
}

async function start(t: TestContext): Promise<{ client: TestClient; streams: SpdyStream[] }> {
  const streams: SpdyStream[] = [];
  const server = createServer((socket) => {
    new SpdyConnection(socket, (stream) => {
      streams.push(stream);
      stream.onData = (payload) => stream.write(Buffer.from(`echo ${payload.toString()}`));
      stream.onEnd = () => stream.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  return { client: new TestClient(socket), streams };
}

test('SPDY: the headers of many streams are read, and each is answered', async (t) => {
  const { client, streams } = await start(t);
  for (let id = 1; id < 200; id += 2) {
    await client.open(id, { streamtype: id % 4 === 1 ? 'error' : 'data', port: '8080', requestid: String(id >> 2) });
  }
  await client.frame((frame) => frame.kind === 'control' && frame.payload.readUInt32BE(0) === 199);
  assert.equal(streams.length, 100);
  assert.deepEqual(Object.fromEntries(streams[99]!.headers), { streamtype: 'data', port: '8080', requestid: '49' });
});

test('SPDY: data and ends pass in both directions', async (t) => {
  const { client } = await start(t);
  await client.open(1, { streamtype: 'data' });
  client.socket.write(dataFrame(1, Buffer.from('one')));
  const answer = await client.frame((frame) => frame.kind === 'data');
  assert.equal(answer.payload.toString(), 'echo one');
  client.socket.write(dataFrame(1, Buffer.alloc(0), true));
  await client.frame((frame) => frame.kind === 'data' && frame.isLast);
});

test('SPDY: a ping comes back', async (t) => {
  const { client } = await start(t);
  client.socket.write(controlFrame(TYPE.ping, uint32(7)));
  const pong = await client.frame((frame) => frame.kind === 'control' && frame.type === TYPE.ping);
  assert.equal(pong.payload.readUInt32BE(0), 7);
});

test('SPDY: what is something else ends the connection', async (t) => {
  const { client } = await start(t);
  client.socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await once(client.socket, 'close');
});

test('SPDY: a broken connection resets its streams', async (t) => {
  const { client, streams } = await start(t);
  await client.open(1, { streamtype: 'data' });
  await client.frame((frame) => frame.kind === 'control');
  const reset = new Promise<void>((resolve) => {
    streams[0]!.onReset = resolve;
  });
  client.socket.destroy();
  await reset;
});
