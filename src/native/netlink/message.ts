import { align, parseAttributes } from './attributes.js';

/** Flags of a netlink message (NLM_F_…). */
export const Flag = { REQUEST: 0x1, ACK: 0x4, EXCLUSIVE: 0x200, CREATE: 0x400, APPEND: 0x800 } as const;

const HEADER_BYTES = 16;
const NLMSG_ERROR = 2;
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;
const NLMSGERR_ATTR_MSG = 1;

/** A request to the kernel. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** What follows the netlink header: the family's own header, then attributes. */
  readonly payload: Uint8Array;
  /** What it does, for an error's message: `create the bridge "mesh0"`. */
  readonly doing: string;
}

export function encodeMessage(message: NetlinkMessage, sequence: number): Buffer {
  const length = HEADER_BYTES + message.payload.length;
  const bytes = Buffer.alloc(align(length));
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt16LE(message.type, 4);
  bytes.writeUInt16LE(message.flags | Flag.REQUEST, 6);
  bytes.writeUInt32LE(sequence, 8);
  bytes.set(message.payload, HEADER_BYTES);
  return bytes;
}

export interface Acknowledgement {
  readonly sequence: number;
  /** 0: done; else the positive errno. */
  readonly errno: number;
  /** The kernel's own words (NETLINK_EXT_ACK). */
  readonly text?: string;
}

/** The acknowledgements in one datagram of answers; other messages are passed over. */
export function parseAcknowledgements(bytes: Buffer): Acknowledgement[] {
  const found: Acknowledgement[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    if (length < HEADER_BYTES || at + length > bytes.length) break;
    if (bytes.readUInt16LE(at + 4) === NLMSG_ERROR && length >= HEADER_BYTES + 4 + HEADER_BYTES) {
      found.push(parseAcknowledgement(bytes.subarray(at, at + length)));
    }
    at += align(length);
  }
  return found;
}

function parseAcknowledgement(message: Buffer): Acknowledgement {
  const sequence = message.readUInt32LE(8);
  const errno = 0 - message.readInt32LE(HEADER_BYTES);
  const text = extendedText(message);
  return { sequence, errno, ...(text !== undefined && { text }) };
}

/** After the error number comes the request's header, its payload unless capped, then attributes. */
function extendedText(message: Buffer): string | undefined {
  const flags = message.readUInt16LE(6);
  if ((flags & NLM_F_ACK_TLVS) === 0) return undefined;
  const requestAt = HEADER_BYTES + 4;
  const requestLength = flags & NLM_F_CAPPED ? HEADER_BYTES : message.readUInt32LE(requestAt);
  const attributes = parseAttributes(message.subarray(requestAt + align(requestLength)));
  return attributes.get(NLMSGERR_ATTR_MSG)?.toString('utf8').replace(/\0+$/, '');
}
