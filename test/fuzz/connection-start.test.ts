import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import fc from 'fast-check';
import { compileTlsInspector } from '../../src/proxy/filters/tls-inspector.js';
import { ConnectionInfo } from '../../src/proxy/http/stream-info.js';
import { HostSockets } from '../../src/proxy/network.js';
import { StatsStore } from '../../src/proxy/stats/store.js';
import { WireError } from '../../src/wire/errors.js';
import { parseProxyHeader } from '../../src/wire/proxy-protocol/proxy-protocol.js';
import { holds, mutationsOf } from './fuzz.js';

const V2 = '\r\n\r\n\0\r\nQUIT\n';
const PROXY_HEADERS = [
  'PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\nGET /',
  'PROXY TCP6 2001:db8::1 ::1 1000 80\r\n',
  'PROXY UNKNOWN\r\n',
  `${V2}\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\x03\xe8\0\x50rest`,
  `${V2}\x21\x11\0\x13\xc0\0\x02\x01\xc0\0\x02\x02\x03\xe8\0\x50\x04\0\x04abcd`,
  `${V2}\x20\0\0\0`,
];

function readHeader(bytes: Buffer): string {
  try {
    return JSON.stringify(parseProxyHeader(bytes)) ?? 'more';
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return error.code;
  }
}

holds(
  'PROXY protocol: any bytes are a header, not yet one, or refused',
  [fc.uint8Array({ maxLength: 300 })],
  (bytes) => {
    readHeader(Buffer.from(bytes));
  },
);

holds(
  'PROXY protocol: what was read does not change when more comes',
  [mutationsOf(PROXY_HEADERS, ['PROXY ', 'TCP4', ' ', '\r\n', V2, '\0', '\xff'])],
  (text) => {
    const bytes = Buffer.from(text, 'latin1');
    const whole = readHeader(bytes);
    for (let end = 0; end < bytes.length; end++) {
      const part = readHeader(bytes.subarray(0, end));
      if (part !== 'more') assert.equal(part, whole, `of the first ${end} bytes`);
    }
  },
);

/** A ClientHello with a server name and ALPN, in one record. */
function clientHello(name: string, protocols: readonly string[]): Buffer {
  const u16 = (n: number): Buffer => Buffer.of(n >> 8, n & 255);
  const sized = (body: Buffer): Buffer => Buffer.concat([u16(body.length), body]);
  const extension = (type: number, body: Buffer): Buffer => Buffer.concat([u16(type), sized(body)]);
  const sni = extension(0, sized(Buffer.concat([Buffer.of(0), sized(Buffer.from(name))])));
  const alpn = extension(
    16,
    sized(Buffer.concat(protocols.map((one) => Buffer.from(`${String.fromCharCode(one.length)}${one}`, 'latin1')))),
  );
  const body = Buffer.concat([
    u16(0x0303),
    Buffer.alloc(32, 7),
    Buffer.of(0),
    sized(u16(0x1301)),
    Buffer.of(1, 0),
    sized(Buffer.concat([sni, alpn])),
  ]);
  const message = Buffer.concat([Buffer.of(1, 0), u16(body.length), body]);
  return Buffer.concat([Buffer.of(22, 3, 1), sized(message)]);
}

const inspector = compileTlsInspector(new StatsStore());
const socket = new Socket();
const sockets = new HostSockets();

function inspect(bytes: Buffer): string {
  const info = new ConnectionInfo('127.0.0.1', 1, '127.0.0.1', 2);
  const { kind } = inspector.inspect(bytes, info, socket, sockets);
  return `${kind} ${info.transportProtocol} ${info.requestedServerName} ${info.applicationProtocols}`;
}

holds('TLS inspector: any bytes are TLS, plain, or not enough yet', [fc.uint8Array({ maxLength: 300 })], (bytes) => {
  inspect(Buffer.from(bytes));
});

holds(
  'TLS inspector: a broken ClientHello never throws',
  [mutationsOf([clientHello('test.example', ['h2', 'http/1.1']).toString('latin1')], ['\0', '\xff', '\x16\x03\x01'])],
  (text) => {
    const bytes = Buffer.from(text, 'latin1');
    for (let end = 1; end <= bytes.length; end += 7) inspect(bytes.subarray(0, end));
    inspect(bytes);
  },
);

holds(
  'TLS inspector: server name and protocols of a ClientHello, at every split',
  [
    fc.stringMatching(/^[a-z]{1,20}(\.[a-z]{2,5})?$/),
    fc.uniqueArray(fc.stringMatching(/^[a-z0-9/.]{1,10}$/), { minLength: 1, maxLength: 4 }),
  ],
  (name, protocols) => {
    const bytes = clientHello(name, protocols);
    for (let end = 1; end < bytes.length; end++) assert.match(inspect(bytes.subarray(0, end)), /^more/, `${end} bytes`);
    assert.equal(inspect(bytes), `done tls ${name} ${protocols}`);
  },
);
