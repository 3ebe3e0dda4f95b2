/** An upstream that costs as little as it can: `node upstream.js`; prints its port. */
import { createServer } from 'node:net';

const BODY = 'a small reply of fifty-two bytes, as the others had.'.padEnd(52).slice(0, 52);
const REPLY = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${BODY.length}\r\n\r\n${BODY}`,
  'latin1',
);

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (chunk) => {
    // one reply for each head that ends in this chunk: requests of the benchmark have no body and come whole
    for (let at = chunk.indexOf('\r\n\r\n'); at !== -1; at = chunk.indexOf('\r\n\r\n', at + 4)) socket.write(REPLY);
  });
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
