import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, constants, createServer } from 'node:http2';
import { connect as connectTcp, createServer as createTcp } from 'node:net';
import { test } from 'node:test';
import { SeededRandom } from '../../base/random.js';
import { FRAME } from './constants.js';
import { FrameReader } from './frame-reader.js';
import { frameHead, headersFrames, settingsFrame } from './frames.js';
import { HpackDecoder } from './hpack-decoder.js';
import { HpackEncoder } from './hpack-encoder.js';
import { huffmanDecode } from './huffman.js';

function decodeBlock(decoder: HpackDecoder, block: Buffer): [string, string][] | undefined {
  const fields: [string, string][] = [];
  const ok = decoder.decode(block, 0, block.length, (name, value) => {
    fields.push([name, value]);
    return true;
  });
  return ok ? fields : undefined;
}

test('HPACK: the examples of RFC 7541 appendix C.4, with Huffman coding and a table', () => {
  const decoder = new HpackDecoder(4096);
  const blocks = [
    '828684418cf1e3c2e5f23a6ba0ab90f4ff',
    '828684be5886a8eb10649cbf',
    '828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf',
  ];
  const common = [
    [':method', 'GET'],
    [':scheme', 'http'],
    [':path', '/'],
    [':authority', 'www.example.com'],
  ];
  assert.deepEqual(decodeBlock(decoder, Buffer.from(blocks[0]!, 'hex')), common);
  assert.deepEqual(decodeBlock(decoder, Buffer.from(blocks[1]!, 'hex')), [...common, ['cache-control', 'no-cache']]);
  assert.deepEqual(decodeBlock(decoder, Buffer.from(blocks[2]!, 'hex')), [
    [':method', 'GET'],
    [':scheme', 'https'],
    [':path', '/index.html'],
    [':authority', 'www.example.com'],
    ['custom-key', 'custom-value'],
  ]);
});

test('HPACK: what nghttp2 encodes is decoded, for every byte that a value may have', async () => {
  const random = new SeededRandom(11);
  const values: string[] = [];
  for (let i = 0; i < 40; i++) {
    let value = 'v';
    for (let length = random.below(60); length > 0; length--) {
      const c = random.below(256);
      if (c > 31 && c !== 127) value += String.fromCharCode(c);
    }
    values.push(`${value}v`);
  }
  const got: [string, string][] = [];
  const decoder = new HpackDecoder(4096);
  const server = createTcp((socket) => {
    let prefaceLeft = 24;
    socket.write(settingsFrame([]), 'latin1');
    const reader = new FrameReader(1 << 20, {
      onFrame(type, flags, stream, buf, start, end) {
        if (type !== FRAME.headers) return true;
        const from = start + ((flags & 0x20) === 0 ? 0 : 5);
        assert.ok(
          decoder.decode(buf, from, end, (name, value) => {
            got.push([name, value]);
            return true;
          }),
        );
        const block = new HpackEncoder().field(':status', '204');
        socket.write(headersFrames(stream, block, true, 16_384), 'latin1');
        return true;
      },
      onData: () => true,
      onTooLong() {
        assert.fail('no frame is too long');
      },
    });
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      const skip = Math.min(prefaceLeft, chunk.length);
      prefaceLeft -= skip;
      if (skip < chunk.length) reader.read(chunk, skip, chunk.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = connect(`http://127.0.0.1:${port}`);
  try {
    for (const value of values) {
      const request = client.request({ [constants.HTTP2_HEADER_PATH]: '/', 'x-value': value });
      const [headers] = (await once(request, 'response')) as [Record<string, unknown>];
      assert.equal(headers[':status'], 204);
    }
    const decoded = got.filter(([name]) => name === 'x-value').map(([, value]) => value);
    assert.deepEqual(decoded, values);
  } finally {
    client.destroy();
    server.close();
  }
});

test('HPACK: what we encode nghttp2 decodes, and our decoder, over many blocks', async () => {
  const random = new SeededRandom(5);
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(4096);
  const seen: Record<string, unknown>[] = [];
  const server = createServer();
  server.on('stream', (stream, headers) => {
    seen.push({ ...headers });
    stream.respond({ ':status': 200 }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const socket = connectTcp(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.resume();
  try {
    socket.write(`PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${settingsFrame([])}`, 'latin1');
    for (let i = 0; i < 200; i++) {
      const fields: [string, string][] = [
        [':method', 'GET'],
        [':scheme', 'http'],
        [':path', `/${i}`],
        [':authority', 'a'],
      ];
      for (let j = 0; j < 8; j++) fields.push([`x-${random.below(30)}-${j}`, 'y'.repeat(random.below(200))]);
      const block = encoder.begin() + fields.map(([name, value]) => encoder.field(name, value)).join('');
      assert.deepEqual(decodeBlock(decoder, Buffer.from(block, 'latin1')), fields);
      socket.write(headersFrames(2 * i + 1, block, true, 600), 'latin1');
      while (seen.length <= i) await new Promise((resolve) => setImmediate(resolve));
      for (const [name, value] of fields) assert.equal(seen[i]![name], value);
    }
  } finally {
    socket.destroy();
    server.close();
  }
});

test('HPACK: blocks that are not valid are refused, any bytes are read without a throw', () => {
  const refused = ['80', 'ff', 'bf', '40', '4003', '4083ffffff', '3fe2ffffff0f', '8220'];
  for (const hex of refused) assert.equal(decodeBlock(new HpackDecoder(4096), Buffer.from(hex, 'hex')), undefined, hex);
  const random = new SeededRandom(3);
  for (let i = 0; i < 3000; i++) {
    const bytes = Buffer.from(Array.from({ length: random.below(60) }, () => random.below(256)));
    decodeBlock(new HpackDecoder(4096), bytes);
    huffmanDecode(bytes, 0, bytes.length);
  }
});

test('frames: cut the same at any splits', () => {
  const text = `${settingsFrame([[3, 7]]) + headersFrames(1, 'x'.repeat(40), false, 16) + frameHead(5, FRAME.data, 1, 1)}hello`;
  const bytes = Buffer.from(text, 'latin1');
  const random = new SeededRandom(1);
  let wanted: string | undefined;
  for (let i = 0; i < 50; i++) {
    let log = '';
    let data = '';
    const reader = new FrameReader(16_384, {
      onFrame(type, flags, stream, buf, start, end) {
        log += `${type}/${flags}/${stream}:${buf.toString('latin1', start, end)};`;
        return true;
      },
      onData(stream, buf, start, end, _flow, last) {
        data += buf.toString('latin1', start, end);
        if (last) log += `data/${stream}:${data};`;
        return true;
      },
      onTooLong() {},
    });
    for (let at = 0; at < bytes.length; ) {
      const next = Math.min(bytes.length, at + 1 + random.below(i === 0 ? 1 : 40));
      reader.read(bytes, at, next);
      at = next;
    }
    wanted ??= log;
    assert.equal(log, wanted);
  }
  assert.match(wanted!, /data\/1:hello;$/);
});
