import { parseApiVersion } from '../../resources/object.js';
import { type JsonObject, setField } from '../json.js';
import { badRequest, unsupportedMediaType } from '../status-error.js';
import { DEPTH_MAX } from '../validation/conform.js';
import { FIELDS_JSON } from './fields.gen.js';
import { SPECIAL_VALUES } from './special-values.js';
import { BYTES, FIXED64, VARINT, WireReader } from './wire-reader.js';

export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';

const MAGIC = Buffer.from('k8s\0');

/** number, JSON name, type, flags: r(epeated), m(ap), p(ointer: zero means zero, not absent), i(nline). */
type Field = readonly [number: number, name: string, type: string, flags: string];

let messages: ReadonlyMap<string, ReadonlyMap<number, Field>> | undefined;

/**
 * An object as `kubectl create namespace` and other typed clients send it: Kubernetes' envelope around a protobuf message.
 * They do not fall back to JSON, so it must be read; answers need no protobuf, since every client also accepts JSON.
 * Throws BadRequest, or UnsupportedMediaType for a kind whose message is not known.
 */
export function decodeProtobuf(body: Buffer): JsonObject {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC))
    throw badRequest('the body does not start as Kubernetes protobuf does');
  const { apiVersion, kind, raw } = envelope(body.subarray(MAGIC.length));
  const name = messageName(apiVersion, kind);
  if (!fieldsOf(name)) throw unsupportedMediaType(['application/json', 'application/yaml']);
  return { apiVersion, kind, ...message(raw, name, 0) };
}

interface Envelope {
  apiVersion: string;
  kind: string;
  raw: Uint8Array;
}

/** runtime.Unknown: the kind, and the object in `raw`. */
function envelope(bytes: Uint8Array): Envelope {
  const reader = new WireReader(bytes);
  const found: Envelope = { apiVersion: '', kind: '', raw: new Uint8Array() };
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1 && wireType === BYTES) Object.assign(found, typeMeta(reader.block()));
    else if (number === 2 && wireType === BYTES) found.raw = reader.block();
    else reader.skip(wireType);
  }
  return found;
}

function typeMeta(bytes: Uint8Array): { apiVersion: string; kind: string } {
  const reader = new WireReader(bytes);
  const texts = ['', ''];
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (wireType === BYTES) texts[number - 1] = decodeText(reader.block());
    else reader.skip(wireType);
  }
  return { apiVersion: texts[0]!, kind: texts[1]! };
}

/** `networking.k8s.io/v1`, `Ingress` -> `networking.v1.Ingress` */
function messageName(apiVersion: string, kind: string): string {
  if (kind === 'DeleteOptions') return 'meta.v1.DeleteOptions';
  const { group, version } = parseApiVersion(apiVersion);
  return `${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`;
}

function fieldsOf(name: string): ReadonlyMap<number, Field> | undefined {
  if (!messages) {
    const table = Object.entries(JSON.parse(FIELDS_JSON) as Record<string, Field[]>);
    messages = new Map(table.map(([type, fields]) => [type, new Map(fields.map((field) => [field[0], field]))]));
  }
  return messages.get(name);
}

function message(bytes: Uint8Array, name: string, depth: number): JsonObject {
  if (depth > DEPTH_MAX) throw badRequest(`the body is nested deeper than ${DEPTH_MAX} levels`);
  const fields = fieldsOf(name);
  const object: JsonObject = {};
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    const field = fields?.get(number);
    if (field) take(object, field, reader, wireType, depth);
    else reader.skip(wireType);
  }
  return object;
}

function take(object: JsonObject, field: Field, reader: WireReader, wireType: number, depth: number): void {
  const [, name, type, flags] = field;
  if (flags.includes('m')) {
    const [key, value] = entry(reader.block(), type, depth);
    object[name] ??= {};
    setField(object[name] as JsonObject, key, value);
    return;
  }
  const value = readValue(reader, wireType, type, depth);
  if (flags.includes('i')) Object.assign(object, value);
  else if (flags.includes('r')) object[name] = [...((object[name] as unknown[] | undefined) ?? []), value];
  else if (flags.includes('p') ? value !== undefined : !isZero(value)) object[name] = value;
}

/** A map's entry is a message of key and value. */
function entry(bytes: Uint8Array, type: string, depth: number): [string, unknown] {
  const reader = new WireReader(bytes);
  let key = '';
  let value: unknown = '';
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (number === 1) key = decodeText(reader.block());
    else value = readValue(reader, wireType, type, depth);
  }
  return [key, value];
}

function readValue(reader: WireReader, wireType: number, type: string, depth: number): unknown {
  if (wireType === FIXED64) return reader.double();
  if (wireType === VARINT) {
    const number = reader.varint();
    return type === 'bool' ? number !== 0n : Number(BigInt.asIntN(64, number));
  }
  if (wireType !== BYTES) {
    reader.skip(wireType);
    return undefined;
  }
  const block = reader.block();
  if (type === 'string') return decodeText(block);
  if (type === 'bytes') return Buffer.from(block).toString('base64');
  return SPECIAL_VALUES[type] ? SPECIAL_VALUES[type](block) : message(block, type, depth + 1);
}

/** Go writes fields that are not pointers even when they are empty; in JSON they are left out. */
function isZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}

const utf8 = new TextDecoder();

function decodeText(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
