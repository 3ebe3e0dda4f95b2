import type { ConnectionInfo } from '../http/stream-info.js';
import { type ListenerFilter, MORE, PASS, type Verdict } from '../listener/listener-filter.js';

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const EXTENSION_SERVER_NAME = 0;
const EXTENSION_ALPN = 16;
/** Largest ClientHello that is read, Envoy's limit. */
const CLIENT_HELLO_BYTES_MAX = 64 * 1024;

/** `envoy.filters.listener.tls_inspector`: whether the first bytes are TLS, with which server name and protocols. */
export const TLS_INSPECTOR: ListenerFilter = {
  reads: true,
  inspect(bytes, info) {
    if (bytes.length === 0) return MORE;
    if (bytes[0] !== HANDSHAKE) return plain(info);
    if (bytes.length < 6) return MORE;
    if (bytes[1] !== 3 || bytes[5] !== CLIENT_HELLO) return plain(info);
    const end = 5 + bytes.readUInt16BE(3);
    if (end > CLIENT_HELLO_BYTES_MAX) return plain(info);
    if (bytes.length < end) return MORE;
    info.transportProtocol = 'tls';
    try {
      readHello(bytes.subarray(5, end), info);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error; // a hello cut short or split over records: TLS all the same
    }
    return PASS;
  },
};

function plain(info: ConnectionInfo): Verdict {
  info.transportProtocol = 'raw_buffer';
  return PASS;
}

/** RFC 8446 §4.1.2. @throws RangeError when it is cut short */
function readHello(hello: Buffer, info: ConnectionInfo): void {
  let at = 4 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at < end) {
    const type = hello.readUInt16BE(at);
    const length = hello.readUInt16BE(at + 2);
    const body = hello.subarray(at + 4, at + 4 + length);
    if (type === EXTENSION_SERVER_NAME)
      info.requestedServerName = body.toString('latin1', 5, 5 + body.readUInt16BE(3)).toLowerCase();
    else if (type === EXTENSION_ALPN) info.applicationProtocols = protocolsOf(body);
    at += 4 + length;
  }
}

function protocolsOf(body: Buffer): readonly string[] {
  const protocols: string[] = [];
  for (let at = 2; at < body.length; at += 1 + body.readUInt8(at)) {
    protocols.push(body.toString('latin1', at + 1, at + 1 + body.readUInt8(at)));
  }
  return protocols;
}
