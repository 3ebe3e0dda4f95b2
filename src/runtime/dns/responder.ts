import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  type Question,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import type { ClusterZone, ZoneAnswer } from './cluster-zone.js';
import type { Forwarder } from './forwarder.js';

/** RFC 1035 §4.1.1. */
const Rcode = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4 } as const;
/** RFC 1035 §4.2.1; a client may offer more by EDNS, RFC 6891 §6.2.5. */
const UDP_BYTES = 512;
const UDP_BYTES_MAX = 1232;
const HEADER_BYTES = 12;
const OPCODE_QUERY = 0;
const ALIASES_MAX = 8;

interface Reply {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly Answer[];
  readonly additionals?: readonly Answer[];
  readonly authorities?: readonly Answer[];
}

/** Answers DNS messages: names of the mesh from its directory, all others from the world outside. */
export class DnsResponder {
  constructor(
    private readonly zone: ClusterZone,
    private readonly forwarder: Forwarder,
  ) {}

  /**
   * @param transport over UDP an answer that is too long is cut, and the client asks again over TCP
   * @returns undefined where the message is not a question, and nothing is to be said
   */
  async answer(message: Uint8Array, transport: 'udp' | 'tcp' = 'udp'): Promise<Buffer | undefined> {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
    if (bytes.length < HEADER_BYTES) return undefined;
    let query: DecodedPacket;
    try {
      query = decode(bytes);
    } catch {
      return failure(bytes.readUInt16BE(0), Rcode.FORMERR);
    }
    if (query.type !== 'query') return undefined;
    if (opcodeOf(bytes) !== OPCODE_QUERY) return failure(query.id ?? 0, Rcode.NOTIMP);
    const question = query.questions?.[0];
    if (!question || query.questions?.length !== 1) return failure(query.id ?? 0, Rcode.FORMERR);
    const reply = await this.reply(question);
    return fit(query, question, reply, transport);
  }

  /** The IPv4 addresses of a complete name; none where it has none. */
  async addressesOf(name: string): Promise<string[]> {
    const { answers } = await this.reply({ type: 'A', name });
    return answers.flatMap((answer) => (answer.type === 'A' ? [answer.data] : []));
  }

  private async reply(question: Question): Promise<Reply> {
    const answers: Answer[] = [];
    let name = question.name;
    for (let i = 0; i < ALIASES_MAX; i++) {
      const found = this.zone.answer(plain(name), question.type);
      if (!found) return this.forward(name, question.type, answers);
      if (found.kind !== 'records') return this.nothing(found, answers);
      answers.push(...found.answers.map((answer) => ({ ...answer, ...(i === 0 && { name: question.name }) })));
      if (found.alias === undefined) {
        return { rcode: Rcode.NOERROR, authoritative: true, answers, additionals: found.additionals };
      }
      name = found.alias;
    }
    return { rcode: Rcode.SERVFAIL, authoritative: true, answers };
  }

  /** RFC 2308 §2: with the start of authority, so that it may be remembered. */
  private nothing(found: ZoneAnswer, answers: readonly Answer[]): Reply {
    const rcode = found.kind === 'no-name' ? Rcode.NXDOMAIN : Rcode.NOERROR;
    return { rcode, authoritative: true, answers, authorities: [this.zone.authority()] };
  }

  private async forward(name: string, type: string, before: readonly Answer[]): Promise<Reply> {
    const found = await this.forwarder.resolve(plain(name), type);
    const authoritative = before.length > 0;
    switch (found.kind) {
      case 'records':
        return {
          rcode: Rcode.NOERROR,
          authoritative,
          answers: [...before, ...found.answers.map((answer) => ({ ...answer, name }))],
        };
      case 'no-data':
        return { rcode: Rcode.NOERROR, authoritative, answers: before };
      case 'no-name':
        return { rcode: Rcode.NXDOMAIN, authoritative, answers: before };
      case 'failed':
        return { rcode: Rcode.SERVFAIL, authoritative, answers: before };
    }
  }
}

function opcodeOf(message: Buffer): number {
  return ((message[2] ?? 0) >> 3) & 0xf;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function failure(id: number, rcode: number): Buffer {
  return encode({ type: 'response', id, flags: RECURSION_AVAILABLE | rcode });
}

function fit(query: DecodedPacket, question: Question, reply: Reply, transport: 'udp' | 'tcp'): Buffer {
  const edns = query.additionals?.find((record) => record.type === 'OPT');
  const opt: Answer[] = edns
    ? [
        {
          type: 'OPT',
          name: '.',
          udpPayloadSize: UDP_BYTES_MAX,
          extendedRcode: 0,
          ednsVersion: 0,
          flags: 0,
          flag_do: false,
          options: [],
        },
      ]
    : [];
  const flags =
    RECURSION_AVAILABLE |
    ((query.flags ?? 0) & RECURSION_DESIRED) |
    (reply.authoritative ? AUTHORITATIVE_ANSWER : 0) |
    reply.rcode;
  const head = { type: 'response' as const, id: query.id ?? 0, questions: [question] };
  const whole = encode({
    ...head,
    flags,
    answers: [...reply.answers],
    authorities: [...(reply.authorities ?? [])],
    additionals: [...(reply.additionals ?? []), ...opt],
  });
  const offered = edns && 'udpPayloadSize' in edns ? edns.udpPayloadSize : UDP_BYTES;
  const limit = Math.min(UDP_BYTES_MAX, Math.max(UDP_BYTES, offered));
  if (transport === 'tcp' || whole.length <= limit) return whole;
  return encode({ ...head, flags: flags | TRUNCATED_RESPONSE, additionals: opt });
}
