/** Asks over HTTP/2, many requests at a time on a few connections: `node http2.js ORDER`. */
import http2 from 'node:http2';
import { HOST } from '../setup.js';
import type { LoadOrder } from './order.js';
import { Recorder } from './recorder.js';

const STREAMS_PER_SESSION = 16;

const order = JSON.parse(process.argv[2]!) as LoadOrder;
const recorder = new Recorder(order);
const head = { ':method': order.method, ':path': '/', ':authority': HOST, ...order.headers };

function ask(session: http2.ClientHttp2Session): void {
  if (recorder.stopping) return;
  const began_ms = performance.now();
  const stream = session.request(head, { endStream: order.requestBytes === 0 });
  let ok = false;
  stream.on('response', (headers) => {
    ok = headers[':status'] === 200;
  });
  stream.on('data', () => {});
  stream.on('error', () => recorder.lost());
  stream.on('end', () => {
    recorder.answered(performance.now() - began_ms, ok);
    ask(session);
  });
  if (order.requestBytes > 0) stream.end(Buffer.alloc(order.requestBytes, 'x'));
}

for (let left = order.connections; left > 0; left -= STREAMS_PER_SESSION) {
  const session = http2.connect(`http://127.0.0.1:${order.port}`);
  session.on('error', () => recorder.lost());
  session.on('connect', () => {
    for (let i = 0; i < Math.min(STREAMS_PER_SESSION, left); i++) ask(session);
  });
}
