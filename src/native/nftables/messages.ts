import { attribute, be32Attribute, nested, textAttribute } from '../netlink/attributes.js';
import { Flag, type NetlinkMessage } from '../netlink/message.js';

/** Messages of nf_tables; a batch of them is one transaction. Numbers: linux/netfilter/nfnetlink.h and nf_tables.h. */
const SUBSYSTEM = 10;
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_NEWCHAIN = 3;
const NFT_MSG_NEWRULE = 6;
const NFT_MSG_NEWSET = 9;
const NFT_MSG_NEWSETELEM = 12;
const NFT_MSG_DELSETELEM = 14;
const NFT_SET_MAP = 8;
const LIST_ELEMENT = 1;
const DATA_VALUE = 1;
const NFPROTO_UNSPEC = 0;
const NFPROTO_INET = 1;
const NF_ACCEPT = 1;

/** Elements of a map in one message: the length of an attribute has 16 bits, an element of ours 44 bytes. */
export const ELEMENTS_MAX = 1000;

/** Hooks of the inet family. */
export const Hook = { PREROUTING: 0, OUTPUT: 3 } as const;

/** A `struct nfgenmsg`. */
function header(family: number, resource: number): Buffer {
  const bytes = Buffer.from([family, 0, 0, 0]);
  bytes.writeUInt16BE(resource, 2);
  return bytes;
}

function change(type: number, flags: number, doing: string, ...attributes: Buffer[]): NetlinkMessage {
  return {
    type: (SUBSYSTEM << 8) | type,
    flags: Flag.ACK | Flag.CREATE | flags,
    payload: Buffer.concat([header(NFPROTO_INET, 0), ...attributes]),
    doing,
  };
}

/** All or nothing. */
export function transaction(changes: readonly NetlinkMessage[]): NetlinkMessage[] {
  const payload = header(NFPROTO_UNSPEC, SUBSYSTEM);
  return [
    { type: NFNL_MSG_BATCH_BEGIN, flags: 0, payload, doing: 'begin a transaction of nf_tables' },
    ...changes,
    { type: NFNL_MSG_BATCH_END, flags: 0, payload, doing: 'commit a transaction of nf_tables' },
  ];
}

/** A table of the inet family, so for IPv4 and IPv6. */
export function addTable(table: string): NetlinkMessage {
  return change(NFT_MSG_NEWTABLE, 0, `add the nftables table "${table}"`, textAttribute(1, table));
}

export interface ChainSpec {
  readonly table: string;
  readonly name: string;
  readonly hook: number;
  readonly priority: number;
}

/** A chain of type nat with policy accept. */
export function addNatChain(spec: ChainSpec): NetlinkMessage {
  return addChain('nat', spec);
}

/** A chain of type filter with policy accept. */
export function addFilterChain(spec: ChainSpec): NetlinkMessage {
  return addChain('filter', spec);
}

function addChain(type: string, spec: ChainSpec): NetlinkMessage {
  return change(
    NFT_MSG_NEWCHAIN,
    0,
    `add the nftables chain "${spec.name}"`,
    textAttribute(1, spec.table),
    textAttribute(3, spec.name),
    nested(4, be32Attribute(1, spec.hook), be32Attribute(2, spec.priority)),
    be32Attribute(5, NF_ACCEPT),
    textAttribute(7, type),
  );
}

/** A rule at the chain's end: its expressions from left to right. */
export function appendRule(table: string, chain: string, expressions: readonly Buffer[]): NetlinkMessage {
  return change(
    NFT_MSG_NEWRULE,
    Flag.APPEND,
    `add a rule to the nftables chain "${chain}"`,
    textAttribute(1, table),
    textAttribute(2, chain),
    nested(4, ...expressions),
  );
}

export interface MapSpec {
  readonly table: string;
  readonly name: string;
  readonly keyBytes: number;
  readonly dataBytes: number;
}

/** A map that rules of its table look things up in; empty at first. */
export function addMap({ table, name, keyBytes, dataBytes }: MapSpec): NetlinkMessage {
  return change(
    NFT_MSG_NEWSET,
    0,
    `add the nftables map "${name}"`,
    textAttribute(1, table),
    textAttribute(2, name),
    be32Attribute(3, NFT_SET_MAP),
    // Types are for those who print it; the kernel asks for the lengths.
    be32Attribute(4, 0),
    be32Attribute(5, keyBytes),
    be32Attribute(6, 0),
    be32Attribute(7, dataBytes),
    be32Attribute(10, 1),
  );
}

export interface MapElement {
  readonly key: Buffer;
  readonly data: Buffer;
}

/** At most {@link ELEMENTS_MAX} at once. */
export function addElements(table: string, map: string, elements: readonly MapElement[]): NetlinkMessage {
  const list = elements.map(({ key, data }) =>
    nested(LIST_ELEMENT, nested(1, attribute(DATA_VALUE, key)), nested(2, attribute(DATA_VALUE, data))),
  );
  return changeElements(NFT_MSG_NEWSETELEM, `add to the nftables map "${map}"`, table, map, list);
}

/** Each must be there. At most {@link ELEMENTS_MAX} at once. */
export function removeElements(table: string, map: string, keys: readonly Buffer[]): NetlinkMessage {
  const list = keys.map((key) => nested(LIST_ELEMENT, nested(1, attribute(DATA_VALUE, key))));
  return changeElements(NFT_MSG_DELSETELEM, `remove from the nftables map "${map}"`, table, map, list);
}

function changeElements(type: number, doing: string, table: string, map: string, list: Buffer[]): NetlinkMessage {
  return change(type, 0, doing, textAttribute(1, table), textAttribute(2, map), nested(3, ...list));
}
