import { WireError } from '../errors.js';

/** The longest version 1 line, CRLF included (PROXY protocol specification §2.1). */
const V1_BYTES_MAX = 107;
const V2_SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const V2_FIXED_BYTES = 16;
/** Addresses and TLVs of one version 2 header. */
const V2_PAYLOAD_BYTES_MAX = 4096;

export interface ProxyAddress {
  readonly address: string;
  readonly port: number;
}

/** What one PROXY header says. `source` and `destination` are absent for LOCAL and UNKNOWN connections. */
export interface ProxyHeader {
  readonly bytes: number;
  readonly source?: ProxyAddress;
  readonly destination?: ProxyAddress;
}

/**
 * Reads the header at the start of a connection, version 1 or 2 (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt).
 * @returns undefined while more bytes are needed
 * @throws WireError when the bytes are no such header
 */
export function parseProxyHeader(buf: Buffer): ProxyHeader | undefined {
  const compared = Math.min(buf.length, V2_SIGNATURE.length);
  if (buf.subarray(0, compared).equals(V2_SIGNATURE.subarray(0, compared))) {
    return buf.length < V2_FIXED_BYTES ? undefined : parseV2(buf);
  }
  return parseV1(buf);
}

function parseV1(buf: Buffer): ProxyHeader | undefined {
  const prefix = 'PROXY ';
  if (buf.toString('latin1', 0, Math.min(prefix.length, buf.length)) !== prefix.slice(0, buf.length))
    throw bad('no PROXY signature');
  const end = buf.indexOf('\r\n');
  if (end === -1) {
    if (buf.length >= V1_BYTES_MAX) throw bad(`a line of more than ${V1_BYTES_MAX} bytes`);
    return undefined;
  }
  if (end + 2 > V1_BYTES_MAX) throw bad(`a line of more than ${V1_BYTES_MAX} bytes`);
  const [, family, source, destination, sourcePort, destinationPort, ...rest] = buf
    .toString('latin1', 0, end)
    .split(' ');
  if (family === 'UNKNOWN') return { bytes: end + 2 };
  if ((family !== 'TCP4' && family !== 'TCP6') || rest.length > 0) throw bad('a malformed version 1 line');
  return {
    bytes: end + 2,
    source: { address: ipOf(source), port: portOf(sourcePort) },
    destination: { address: ipOf(destination), port: portOf(destinationPort) },
  };
}

function ipOf(text: string | undefined): string {
  if (text === undefined || !/^[0-9a-fA-F:.]+$/.test(text)) throw bad('a malformed address');
  return text;
}

function portOf(text: string | undefined): number {
  const port = Number(text);
  if (text === undefined || !/^\d{1,5}$/.test(text) || port > 65535) throw bad('a malformed port');
  return port;
}

function parseV2(buf: Buffer): ProxyHeader | undefined {
  const version = buf[12]! >> 4;
  const command = buf[12]! & 15;
  const family = buf[13]!;
  const payload = buf.readUInt16BE(14);
  if (version !== 2 || command > 1) throw bad('a version or command that is not known');
  if (payload > V2_PAYLOAD_BYTES_MAX) throw bad(`a header of more than ${V2_PAYLOAD_BYTES_MAX} bytes`);
  const bytes = V2_FIXED_BYTES + payload;
  if (buf.length < bytes) return undefined;
  if (command === 0) return { bytes };
  if (family === 0x11 && payload >= 12) return addresses(buf, bytes, 4);
  if (family === 0x21 && payload >= 36) return addresses(buf, bytes, 16);
  if (family === 0x00) return { bytes };
  throw bad('an address family other than TCP over IPv4 or IPv6');
}

function addresses(buf: Buffer, bytes: number, width: number): ProxyHeader {
  const at = V2_FIXED_BYTES;
  return {
    bytes,
    source: { address: formatIp(buf, at, width), port: buf.readUInt16BE(at + 2 * width) },
    destination: { address: formatIp(buf, at + width, width), port: buf.readUInt16BE(at + 2 * width + 2) },
  };
}

function formatIp(buf: Buffer, at: number, width: number): string {
  if (width === 4) return `${buf[at]}.${buf[at + 1]}.${buf[at + 2]}.${buf[at + 3]}`;
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(buf.readUInt16BE(at + i).toString(16));
  return groups.join(':');
}

/** A version 2 header for TCP over IPv4. */
export function encodeProxyHeaderV2(source: ProxyAddress, destination: ProxyAddress): Buffer {
  const buf = Buffer.alloc(V2_FIXED_BYTES + 12);
  V2_SIGNATURE.copy(buf);
  buf[12] = 0x21;
  buf[13] = 0x11;
  buf.writeUInt16BE(12, 14);
  source.address.split('.').forEach((part, i) => {
    buf[16 + i] = Number(part);
  });
  destination.address.split('.').forEach((part, i) => {
    buf[20 + i] = Number(part);
  });
  buf.writeUInt16BE(source.port, 24);
  buf.writeUInt16BE(destination.port, 26);
  return buf;
}

function bad(what: string): WireError {
  return new WireError('INVALID_PROXY_HEADER', `Cannot parse PROXY header: ${what}`);
}
