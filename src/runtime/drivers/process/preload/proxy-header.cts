import net = require('node:net');

/** PROXY protocol version 2 (haproxy.org, proxy-protocol.txt, section 2.2). */
const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const VERSION_2_PROXY = 0x21;
const TCP_OVER_IPV4 = 0x11;
const TCP_OVER_IPV6 = 0x21;

interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** The header of a connection that was going from `source` to `destination`; both written as IPv6 where either is. */
function proxyHeader(source: Endpoint, destination: Endpoint): Buffer {
  const wide = net.isIPv6(source.address) || net.isIPv6(destination.address);
  const addresses = [source, destination].map(({ address }) => (wide ? ipv6Bytes(address) : ipv4Bytes(address)));
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  const body = Buffer.concat([...addresses, ports]);
  const head = Buffer.from([VERSION_2_PROXY, wide ? TCP_OVER_IPV6 : TCP_OVER_IPV4, 0, body.length]);
  return Buffer.concat([SIGNATURE, head, body]);
}

function ipv4Bytes(address: string): Buffer {
  return Buffer.from(address.split('.').map(Number));
}

function ipv6Bytes(address: string): Buffer {
  if (net.isIPv4(address)) return Buffer.concat([Buffer.from('00000000000000000000ffff', 'hex'), ipv4Bytes(address)]);
  const [text] = address.split('%');
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text!);
  const plain = dotted
    ? `${dotted[1]}${ipv4Bytes(dotted[2]!)
        .toString('hex')
        .replace(/^(.{4})/, '$1:')}`
    : text!;
  const [left, right] = plain.split('::');
  const head = groups(left);
  const tail = groups(right);
  const zeros = new Array<string>(8 - head.length - tail.length).fill('0');
  return Buffer.from([...head, ...zeros, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function groups(text: string | undefined): string[] {
  return text ? text.split(':') : [];
}

export = { proxyHeader };
