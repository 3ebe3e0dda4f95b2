/** Load generator: `node load.js PORT CONNECTIONS WARMUP_MS RUN_MS`; prints `{"requests":…,"failed":…,"p50_ms":…,"p99_ms":…}`. */
import { connect, type Socket } from 'node:net';

const [port, connections, warmup_ms, run_ms] = process.argv.slice(2).map(Number) as [number, number, number, number];
const REQUEST = `GET / HTTP/1.1\r\nhost: bench.example\r\nuser-agent: trysail-bench\r\naccept: */*\r\n\r\n`;
const latencies_us: number[] = [];
let measuring = false;
let requests = 0;
let failed = 0;
let stopping = false;

function run(): void {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let began_ms = 0;
  let expected = -1;
  let have = 0;
  const send = (): void => {
    if (stopping) return void socket.destroy();
    began_ms = performance.now();
    expected = -1;
    have = 0;
    socket.write(REQUEST, 'latin1');
  };
  socket.on('connect', send);
  socket.on('data', (chunk) => {
    have += chunk.length;
    if (expected === -1) expected = totalLength(chunk);
    if (have < expected) return;
    if (measuring) {
      requests++;
      if (chunk[9] !== 50) failed++;
      latencies_us.push((performance.now() - began_ms) * 1000);
    }
    send();
  });
  socket.on('error', () => {
    if (!stopping) failed++;
  });
  socket.on('close', () => {
    if (!stopping) setTimeout(run, 10);
  });
}

function totalLength(chunk: Buffer): number {
  const end = chunk.indexOf('\r\n\r\n');
  const length = /content-length: *(\d+)/i.exec(chunk.toString('latin1', 0, end));
  return end + 4 + Number(length?.[1] ?? 0);
}

for (let i = 0; i < connections; i++) run();
setTimeout(() => {
  measuring = true;
  process.stdout.write('measuring\n');
}, warmup_ms);
setTimeout(() => {
  stopping = true;
  latencies_us.sort((a, b) => a - b);
  const at = (q: number): number => (latencies_us[Math.floor(q * (latencies_us.length - 1))] ?? 0) / 1000;
  process.stdout.write(`${JSON.stringify({ requests, failed, p50_ms: at(0.5), p99_ms: at(0.99) })}\n`, () =>
    process.exit(0),
  );
}, warmup_ms + run_ms);
