import { ipv4Bytes } from '../address.js';
import { attribute, be32Attribute, nested, textAttribute } from '../netlink/attributes.js';

/**
 * The expressions of nf_tables that the capture needs, as `nft --debug=netlink` prints them. Numbers: linux/netfilter/nf_tables.h.
 * An expression works on a register; register 0 is the verdict.
 */
const NFTA_LIST_ELEM = 1;
const NFTA_EXPR_NAME = 1;
const NFTA_EXPR_DATA = 2;
const NFTA_DATA_VALUE = 1;
const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const REG_VERDICT = 0;
const REG_1 = 1;
const CMP_EQ = 0;
const VERDICT_RETURN = -5;
const NF_NAT_RANGE_PROTO_SPECIFIED = 2;
const IFNAMSIZ = 16;
const NFPROTO_IPV4 = 2;

const NAT_DESTINATION = 1;
const NUMGEN_RANDOM = 1;
const REJECT_ICMPX = 2;
const ICMPX_PORT_UNREACHABLE = 1;
/** The four 32-bit quarters of register 1: a concatenation's parts lie in one each. */
const REG32 = [8, 9, 10, 11] as const;

const MetaKey = { MARK: 3, IIFNAME: 6, OIFNAME: 7, NFPROTO: 15, L4PROTO: 16 } as const;
const PayloadBase = { NETWORK: 1, TRANSPORT: 2 } as const;

function expression(name: string, ...data: Buffer[]): Buffer {
  return nested(NFTA_LIST_ELEM, textAttribute(NFTA_EXPR_NAME, name), nested(NFTA_EXPR_DATA, ...data));
}

/** [ meta load KEY => reg 1 ] */
function loadMeta(key: number): Buffer {
  return expression('meta', be32Attribute(2, key), be32Attribute(1, REG_1));
}

/** [ payload load LENGTHb @ BASE header + OFFSET => reg 1 ] */
function loadPayload(base: number, offset: number, length: number): Buffer {
  return expression(
    'payload',
    be32Attribute(1, REG_1),
    be32Attribute(2, base),
    be32Attribute(3, offset),
    be32Attribute(4, length),
  );
}

/** [ cmp eq reg 1 VALUE ] */
function equals(value: Uint8Array): Buffer {
  const data = nested(3, attribute(NFTA_DATA_VALUE, value));
  return expression('cmp', be32Attribute(1, REG_1), be32Attribute(2, CMP_EQ), data);
}

function hostU32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function networkU16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function interfaceName(name: string): Buffer {
  const bytes = Buffer.alloc(IFNAMSIZ);
  bytes.write(name);
  return bytes;
}

/** [ payload load … => reg 1 ] [ bitwise reg 1 = ( reg 1 & MASK ) ^ 0 ] */
function loadMasked(offset: number, mask: Uint8Array): Buffer[] {
  const bitwise = expression(
    'bitwise',
    be32Attribute(1, REG_1),
    be32Attribute(2, REG_1),
    be32Attribute(3, mask.length),
    nested(4, attribute(NFTA_DATA_VALUE, mask)),
    nested(5, attribute(NFTA_DATA_VALUE, new Uint8Array(mask.length))),
  );
  return [loadPayload(PayloadBase.NETWORK, offset, mask.length), bitwise];
}

/** `meta mark MARK` */
export const whenMark = (mark: number): Buffer[] => [loadMeta(MetaKey.MARK), equals(hostU32(mark))];
/** `iifname NAME` */
export const whenInput = (name: string): Buffer[] => [loadMeta(MetaKey.IIFNAME), equals(interfaceName(name))];
/** `oifname NAME` */
export const whenOutput = (name: string): Buffer[] => [loadMeta(MetaKey.OIFNAME), equals(interfaceName(name))];
/** `meta l4proto tcp` */
export const whenTcp = (): Buffer[] => [loadMeta(MetaKey.L4PROTO), equals(Buffer.from([6]))];
/** `ip daddr ADDRESS` */
export const whenDestination = (address: string): Buffer[] => [
  loadMeta(MetaKey.NFPROTO),
  equals(Buffer.from([NFPROTO_IPV4])),
  loadPayload(PayloadBase.NETWORK, 16, 4),
  equals(ipv4Bytes(address)),
];
/** `ip daddr CIDR` */
export const whenDestinationIn = (cidr: string): Buffer[] => {
  const [address = '', length = ''] = cidr.split('/');
  const mask = Buffer.alloc(4);
  mask.writeUInt32BE((0xffffffff << (32 - Number(length))) >>> 0);
  return [
    loadMeta(MetaKey.NFPROTO),
    equals(Buffer.from([NFPROTO_IPV4])),
    ...loadMasked(16, mask),
    equals(ipv4Bytes(address)),
  ];
};
/** `tcp dport PORT` */
export const whenTcpPort = (port: number): Buffer[] => [
  ...whenTcp(),
  loadPayload(PayloadBase.TRANSPORT, 2, 2),
  equals(networkU16(port)),
];

/** `return` */
export function returns(): Buffer {
  const verdict = nested(NFTA_DATA_VERDICT, be32Attribute(NFTA_VERDICT_CODE, VERDICT_RETURN));
  return expression('immediate', be32Attribute(1, REG_VERDICT), nested(2, verdict));
}

/** `redirect to :PORT` */
export function redirectTo(port: number): Buffer[] {
  return [
    expression('immediate', be32Attribute(1, REG_1), nested(2, attribute(NFTA_DATA_VALUE, networkU16(port)))),
    expression('redir', be32Attribute(1, REG_1), be32Attribute(3, NF_NAT_RANGE_PROTO_SPECIFIED)),
  ];
}

/** `dnat ip to ip daddr . meta l4proto . th dport . numgen random mod SLOTS map @MAP`; where the map has nothing, the next rule. */
export function destinationFromMap(map: string, slots: number): Buffer[] {
  const [address, protocol, port, slot] = REG32;
  const load = (base: number, offset: number, length: number, register: number) =>
    expression(
      'payload',
      be32Attribute(1, register),
      be32Attribute(2, base),
      be32Attribute(3, offset),
      be32Attribute(4, length),
    );
  return [
    loadMeta(MetaKey.NFPROTO),
    equals(Buffer.from([NFPROTO_IPV4])),
    load(PayloadBase.NETWORK, 16, 4, address),
    expression('meta', be32Attribute(2, MetaKey.L4PROTO), be32Attribute(1, protocol)),
    load(PayloadBase.TRANSPORT, 2, 2, port),
    expression('numgen', be32Attribute(1, slot), be32Attribute(2, slots), be32Attribute(3, NUMGEN_RANDOM)),
    expression('lookup', textAttribute(1, map), be32Attribute(2, REG_1), be32Attribute(3, REG_1)),
    expression(
      'nat',
      be32Attribute(1, NAT_DESTINATION),
      be32Attribute(2, NFPROTO_IPV4),
      be32Attribute(3, address),
      be32Attribute(5, protocol),
    ),
  ];
}

/** `reject with icmpx type port-unreachable`: a connection is refused at once. */
export function rejects(): Buffer {
  const code = attribute(2, Buffer.from([ICMPX_PORT_UNREACHABLE]));
  return expression('reject', be32Attribute(1, REJECT_ICMPX), code);
}
