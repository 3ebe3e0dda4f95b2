import { be32Attribute, nested, textAttribute } from '../netlink/attributes.js';
import { Flag, type NetlinkMessage } from '../netlink/message.js';

/** Messages of nf_tables; a batch of them is one transaction. Numbers: linux/netfilter/nfnetlink.h and nf_tables.h. */
const SUBSYSTEM = 10;
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFT_MSG_NEWTABLE = 0;
const NFT_MSG_NEWCHAIN = 3;
const NFT_MSG_NEWRULE = 6;
const NFPROTO_UNSPEC = 0;
const NFPROTO_INET = 1;
const NF_ACCEPT = 1;

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

export interface NatChainSpec {
  readonly table: string;
  readonly name: string;
  readonly hook: number;
  readonly priority: number;
}

/** A chain of type nat with policy accept. */
export function addNatChain(spec: NatChainSpec): NetlinkMessage {
  return change(
    NFT_MSG_NEWCHAIN,
    0,
    `add the nftables chain "${spec.name}"`,
    textAttribute(1, spec.table),
    textAttribute(3, spec.name),
    nested(4, be32Attribute(1, spec.hook), be32Attribute(2, spec.priority)),
    be32Attribute(5, NF_ACCEPT),
    textAttribute(7, 'nat'),
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
