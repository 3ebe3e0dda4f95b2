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
  readonly version: 1 | 2;
  readonly bytes: number;
  readonly source?: ProxyAddress;
  readonly destination?: ProxyAddress;
  /** Of version 2; absent when there are none. */
  readonly tlvs?: readonly ProxyTlv[];
}

/** Something more that a header says: type, length, value (specification §2.2). */
export interface ProxyTlv {
  readonly type: number;
  readonly value: Buffer;
}

/**
 * Reads the header at the start of a connection, version 1 or 2 (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt).
 * @returns undefined while more bytes are needed
 * @throws WireError NO_PROXY_HEADER when the bytes begin otherwise, INVALID_PROXY_HEADER when they cannot be read
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
    throw new WireError('NO_PROXY_HEADER', 'Cannot parse PROXY header: no PROXY signature');
  const end = buf.indexOf('\r\n');
  if (end === -1) {
    if (buf.length >= V1_BYTES_MAX) throw bad(`a line of more than ${V1_BYTES_MAX} bytes`);
    return undefined;
  }
  if (end + 2 > V1_BYTES_MAX) throw bad(`a line of more than ${V1_BYTES_MAX} bytes`);
  const [, family, source, destination, sourcePort, destinationPort, ...rest] = buf
    .toString('latin1', 0, end)
    .split(' ');
  if (family === 'UNKNOWN') return { version: 1, bytes: end + 2 };
  if ((family !== 'TCP4' && family !== 'TCP6') || rest.length > 0) throw bad('a malformed version 1 line');
  return {
    version: 1,
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
  if (command === 0) return { version: 2, bytes };
  if (family === 0x11 && payload >= 12) return addresses(buf, bytes, 4);
  if (family === 0x21 && payload >= 36) return addresses(buf, bytes, 16);
  if (family === 0x00) return { version: 2, bytes };
  throw bad('an address family other than TCP over IPv4 or IPv6');
}

function addresses(buf: Buffer, bytes: number, width: number): ProxyHeader {
  const at = V2_FIXED_BYTES;
  const tlvs = readTlvs(buf.subarray(at + 2 * width + 4, bytes));
  return {
    version: 2,
    bytes,
    source: { address: formatIp(buf, at, width), port: buf.readUInt16BE(at + 2 * width) },
    destination: { address: formatIp(buf, at + width, width), port: buf.readUInt16BE(at + 2 * width + 2) },
    ...(tlvs.length === 0 ? {} : { tlvs }),
  };
}

function readTlvs(buf: Buffer): readonly ProxyTlv[] {
  const tlvs: ProxyTlv[] = [];
  for (let at = 0; at < buf.length; ) {
    const end = at + 3 + (at + 3 <= buf.length ? buf.readUInt16BE(at + 1) : 0);
    if (at + 3 > buf.length || end > buf.length) throw bad('a TLV that is cut short');
    tlvs.push({ type: buf[at]!, value: Buffer.from(buf.subarray(at + 3, end)) });
    at = end;
  }
  return tlvs;
}

function formatIp(buf: Buffer, at: number, width: number): string {
  if (width === 4) return `${buf[at]}.${buf[at + 1]}.${buf[at + 2]}.${buf[at + 3]}`;
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push(buf.readUInt16BE(at + i).toString(16));
  return groups.join(':');
}

/** A version 1 line; `UNKNOWN` where an end is unknown or the two are of different families. */
export function encodeProxyHeaderV1(source: ProxyAddress | undefined, destination: ProxyAddress | undefined): Buffer {
  if (source === undefined || destination === undefined || widthOf(source) !== widthOf(destination))
    return Buffer.from('PROXY UNKNOWN\r\n');
  const family = widthOf(source) === 4 ? 'TCP4' : 'TCP6';
  return Buffer.from(
    `PROXY ${family} ${source.address} ${destination.address} ${source.port} ${destination.port}\r\n`,
    'latin1',
  );
}

/** A version 2 header; `LOCAL` where an end is unknown or the two are of different families. */
export function encodeProxyHeaderV2(
  source: ProxyAddress | undefined,
  destination: ProxyAddress | undefined,
  tlvs: readonly ProxyTlv[] = [],
): Buffer {
  if (source === undefined || destination === undefined || widthOf(source) !== widthOf(destination))
    return Buffer.concat([V2_SIGNATURE, Buffer.of(0x20, 0, 0, 0)]);
  const width = widthOf(source);
  const extra = Buffer.concat(
    tlvs.flatMap(({ type, value }) => [Buffer.of(type, value.length >> 8, value.length & 255), value]),
  );
  const head = Buffer.alloc(4);
  head[0] = 0x21;
  head[1] = width === 4 ? 0x11 : 0x21;
  head.writeUInt16BE(2 * width + 4 + extra.length, 2);
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  return Buffer.concat([V2_SIGNATURE, head, ipBytes(source.address), ipBytes(destination.address), ports, extra]);
}

function widthOf({ address }: ProxyAddress): 4 | 16 {
  return address.includes(':') ? 16 : 4;
}

function ipBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const plain = address.replace(/%.*$/, '').replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_all, ...parts: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [left = '', right] = plain.split('::');
  const groupsOf = (text: string | undefined): number[] =>
    text === undefined || text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const head = groupsOf(left);
  const tail = groupsOf(right);
  const groups = [...head, ...Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
  return Buffer.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

function bad(what: string): WireError {
  return new WireError('INVALID_PROXY_HEADER', `Cannot parse PROXY header: ${what}`);
}
