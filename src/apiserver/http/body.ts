import type { IncomingMessage } from 'node:http';
import { messageOf } from '../../base/errors.js';
import { readYaml } from '../../resources/yaml/read.js';
import { decodeProtobuf, PROTOBUF_TYPE } from '../protobuf/decode.js';
import { badRequest, entityTooLarge, unsupportedMediaType } from '../status-error.js';
import { duplicateKeys } from '../validation/duplicate-keys.js';

/** As Kubernetes limits requests. */
export const BODY_BYTES_MAX = 3 * 1024 * 1024;

export interface Body {
  readonly value: unknown;
  /** Fields that it gives twice. */
  readonly duplicateFields: readonly string[];
}

/** The whole body. Throws RequestEntityTooLarge. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > BODY_BYTES_MAX) throw entityTooLarge(BODY_BYTES_MAX);
  const chunks: Buffer[] = [];
  let length_bytes = 0;
  // Leaving the loop early must not close the connection: the answer is still to be sent on it.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length_bytes += (chunk as Buffer).length;
    if (length_bytes > BODY_BYTES_MAX) throw entityTooLarge(BODY_BYTES_MAX);
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** So much of a refused body is still taken, for a client that writes it all before it reads the answer. */
const DISCARDED_BYTES_MAX = 16 * 1024 * 1024;

/** Lets a connection be used again, or at least the answer be read, where the body was not wanted. */
export function discardBody(request: IncomingMessage): void {
  if (request.complete) return;
  let length_bytes = 0;
  request.on('data', (chunk: Buffer) => {
    length_bytes += chunk.length;
    if (length_bytes > DISCARDED_BYTES_MAX) request.socket.destroy();
  });
  request.resume();
}

/** Media types of a body, in the order in which an error names them. */
export const OBJECT_TYPES: readonly string[] = ['application/json', 'application/yaml', PROTOBUF_TYPE];

export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase();
}

/** Reads and parses a body. Throws UnsupportedMediaType for others than `accepted`, BadRequest for broken text. */
export async function decodeBody(request: IncomingMessage, accepted: readonly string[]): Promise<Body> {
  const type = mediaTypeOf(request);
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  const bytes = await readBody(request);
  if (type === PROTOBUF_TYPE && bytes.length > 0) return { value: decodeProtobuf(bytes), duplicateFields: [] };
  const text = bytes.toString('utf8');
  if (text.trim() === '') return { value: undefined, duplicateFields: [] };
  return type.endsWith('yaml') ? decodeYaml(text) : decodeJson(text);
}

function decodeJson(text: string): Body {
  try {
    return { value: JSON.parse(text), duplicateFields: duplicateKeys(text) };
  } catch (error) {
    throw badRequest(`couldn't parse the body as JSON: ${messageOf(error)}`);
  }
}

async function decodeYaml(text: string): Promise<Body> {
  // kubectl labels JSON so in server-side apply; the YAML parser is loaded only for those who really send YAML.
  if (text.trimStart().startsWith('{')) return decodeJson(text);
  try {
    return { value: readYaml(text), duplicateFields: [] };
  } catch (error) {
    throw badRequest(`couldn't parse the body as YAML: ${messageOf(error)}`);
  }
}
