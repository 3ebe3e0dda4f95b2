import type { ConnectionInfo } from '../http/stream-info.js';
import { type ListenerFilter, MORE, PASS, REFUSE, type Verdict } from '../listener/listener-filter.js';
import type { StatsStore } from '../stats/store.js';

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const EXTENSION_SERVER_NAME = 0;
const EXTENSION_ALPN = 16;
/** Largest ClientHello that is read, Envoy's limit. */
const CLIENT_HELLO_BYTES_MAX = 64 * 1024;

/** `envoy.filters.listener.tls_inspector`: whether the first bytes are TLS, with which server name and protocols. */
export function compileTlsInspector(stats: StatsStore): ListenerFilter {
  const counter = (name: string) => stats.counter(`tls_inspector.${name}`);
  const found = counter('tls_found');
  const notFound = counter('tls_not_found');
  const alpn = { found: counter('alpn_found'), not: counter('alpn_not_found') };
  const sni = { found: counter('sni_found'), not: counter('sni_not_found') };
  const tooLarge = counter('client_hello_too_large');
  const processed = stats.histogram('tls_inspector.bytes_processed');
  const plain = (info: ConnectionInfo, bytes: Buffer): Verdict => {
    notFound.value++;
    processed.record(bytes.length);
    info.transportProtocol = 'raw_buffer';
    return PASS;
  };
  return {
    reads: true,
    inspect(bytes, info) {
      if (bytes[0] !== HANDSHAKE) return plain(info, bytes);
      if (bytes.length < 6) return MORE;
      if (bytes[1] !== 3 || bytes[5] !== CLIENT_HELLO) return plain(info, bytes);
      const hello = readRecords(bytes);
      if (hello === 'too large') {
        tooLarge.value++;
        return REFUSE;
      }
      if (hello === undefined) return MORE;
      info.transportProtocol = 'tls';
      try {
        readHello(hello, info);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error; // a hello that is no hello: TLS itself will say so
      }
      found.value++;
      (info.applicationProtocols.length > 0 ? alpn.found : alpn.not).value++;
      (info.requestedServerName === '' ? sni.not : sni.found).value++;
      processed.record(bytes.length);
      return PASS;
    },
  };
}

/** What a ClientHello says that matters before the handshake. */
type HelloInfo = Pick<ConnectionInfo, 'requestedServerName' | 'applicationProtocols'>;

/**
 * The protocols that a client offers by ALPN.
 * @returns undefined while more bytes are needed; none of bytes that are no ClientHello
 */
export function offeredProtocols(bytes: Buffer): readonly string[] | undefined {
  if (bytes[0] !== HANDSHAKE) return [];
  if (bytes.length < 6) return undefined;
  const hello = bytes[5] === CLIENT_HELLO ? readRecords(bytes) : 'too large';
  if (hello === undefined || hello === 'too large') return hello === undefined ? undefined : [];
  const info: HelloInfo = { requestedServerName: '', applicationProtocols: [] };
  try {
    readHello(hello, info);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // TLS itself will say so
  }
  return info.applicationProtocols;
}

/**
 * The handshake message of the records at the start, of which it may fill several (RFC 8446 §5.1).
 * @returns undefined while more bytes are needed
 */
function readRecords(bytes: Buffer): Buffer | 'too large' | undefined {
  const parts: Buffer[] = [];
  let length = 0;
  for (let at = 0; at + 5 <= bytes.length && bytes[at] === HANDSHAKE; ) {
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    const part = bytes.subarray(at + 5, end);
    parts.push(part);
    length += part.length;
    const message = parts.length === 1 ? part : Buffer.concat(parts);
    const wanted = length < 4 ? 4 : 4 + message.readUIntBE(1, 3);
    if (wanted > CLIENT_HELLO_BYTES_MAX) return 'too large';
    if (length >= wanted) return message.subarray(0, wanted);
    if (end > bytes.length) return undefined;
    at = end;
  }
  return undefined;
}

/** RFC 8446 §4.1.2. @throws RangeError when it is cut short */
function readHello(hello: Buffer, info: HelloInfo): void {
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
