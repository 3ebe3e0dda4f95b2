import { PolicyError } from '../errors.js';

/** A reply of Redis (RESP2). */
export type Reply = string | number | null | RedisFailure | readonly Reply[];

/** An error that Redis answered: `NOSCRIPT No matching script`. */
export class RedisFailure {
  constructor(readonly message: string) {}
}

/** No answer to what policy asks is nearly as long. */
export const REPLY_LENGTH_MAX_BYTES = 64 * 1024;
const DEPTH_MAX = 4;
const CRLF = '\r\n';

/** Reads replies out of a stream of bytes. */
export class ReplyReader {
  private rest = '';

  /** The replies that are complete with this chunk. @throws PolicyError where it is not Redis that speaks */
  read(chunk: string): Reply[] {
    this.rest += chunk;
    const replies: Reply[] = [];
    for (let parsed = parse(this.rest, 0, 0); parsed !== undefined; parsed = parse(this.rest, 0, 0)) {
      replies.push(parsed.reply);
      this.rest = this.rest.slice(parsed.end);
    }
    if (this.rest.length > REPLY_LENGTH_MAX_BYTES) {
      throw new PolicyError('REDIS_PROTOCOL', `a reply of Redis is longer than ${REPLY_LENGTH_MAX_BYTES} bytes`);
    }
    return replies;
  }
}

interface Parsed {
  readonly reply: Reply;
  readonly end: number;
}

/** Undefined where more bytes are needed. */
function parse(text: string, at: number, depth: number): Parsed | undefined {
  const lineEnd = text.indexOf(CRLF, at);
  if (lineEnd < 0) return undefined;
  const line = text.slice(at + 1, lineEnd);
  const end = lineEnd + CRLF.length;
  switch (text[at]) {
    case '+':
      return { reply: line, end };
    case '-':
      return { reply: new RedisFailure(line), end };
    case ':':
      return { reply: lengthOf(line), end };
    case '$':
      return bulk(text, end, lengthOf(line));
    case '*':
      return depth < DEPTH_MAX ? list(text, end, lengthOf(line), depth + 1) : noRedis(text, at);
    default:
      return noRedis(text, at);
  }
}

function bulk(text: string, at: number, length: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: at };
  const end = at + length + CRLF.length;
  return text.length < end ? undefined : { reply: text.slice(at, at + length), end };
}

function list(text: string, at: number, length: number, depth: number): Parsed | undefined {
  if (length < 0) return { reply: null, end: at };
  const replies: Reply[] = [];
  let end = at;
  for (let index = 0; index < length; index++) {
    const parsed = parse(text, end, depth);
    if (parsed === undefined) return undefined;
    replies.push(parsed.reply);
    end = parsed.end;
  }
  return { reply: replies, end };
}

function lengthOf(line: string): number {
  const number = Number(line);
  if (line === '' || !Number.isSafeInteger(number)) return noRedis(line, 0);
  return number;
}

function noRedis(text: string, at: number): never {
  const seen = JSON.stringify(text.slice(at, at + 20));
  throw new PolicyError('REDIS_PROTOCOL', `${seen} is no reply of Redis`, 'check the address in redisServerUrl');
}

/** A command as Redis reads it; strings are counted in bytes. */
export function encodeCommand(parts: readonly string[]): string {
  return `*${parts.length}${CRLF}${parts.map((part) => `$${Buffer.byteLength(part)}${CRLF}${part}${CRLF}`).join('')}`;
}
