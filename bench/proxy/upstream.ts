/**
 * An upstream that costs as little as it can: `node upstream.js BODY_BYTES http1|tls|http2 [CERTIFICATE KEY]`; prints its port.
 * Requests may have a body of a known length; every answer is the same.
 */
import { readFileSync } from 'node:fs';
import http2 from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import tls from 'node:tls';

const [size = '52', wire = 'http1', certificate = '', key = ''] = process.argv.slice(2);
const BODY = Buffer.from(
  'a small reply of fifty-two bytes, as the others had.'.padEnd(Number(size), '.'),
  'latin1',
).subarray(0, Number(size));
const HEAD = Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${BODY.length}\r\n\r\n`);
const REPLY = Buffer.concat([HEAD, BODY]);

/** What is left of the body of the request under way. */
function serve(socket: Socket): void {
  let left = 0;
  socket.on('data', (chunk: Buffer) => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const end = chunk.indexOf('\r\n\r\n', at);
        if (end === -1) return; // heads of the benchmark come whole
        left = lengthOf(chunk, at, end);
        at = end + 4;
        if (left > 0 && at === chunk.length) return;
      }
      const taken = Math.min(left, chunk.length - at);
      at += taken;
      left -= taken;
      if (left === 0) socket.write(REPLY);
    }
  });
  socket.on('error', () => socket.destroy());
}

function lengthOf(chunk: Buffer, start: number, end: number): number {
  if (chunk[start] === 71) return 0; // GET
  return Number(/content-length: *(\d+)/i.exec(chunk.toString('latin1', start, end))?.[1] ?? 0);
}

function make(): Server {
  if (wire === 'http1') return createServer({ noDelay: true }, serve);
  if (wire === 'tls') return tls.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, serve);
  const server = http2.createServer();
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'text/plain', 'content-length': BODY.length });
    stream.end(BODY);
  });
  return server;
}

const server = make();
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
