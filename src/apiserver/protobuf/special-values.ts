import { badRequest } from '../status-error.js';
import { BYTES, VARINT, WireReader } from './wire-reader.js';

const text = new TextDecoder();

/** Messages whose JSON is one value, by the names that fields.gen.ts gives them. */
export const SPECIAL_VALUES: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  quantity: (bytes) => stringField(bytes, 1),
  raw: (bytes) => rawJson(bytes),
  intOrString: (bytes) => {
    const fields = numbersAndTexts(bytes);
    return fields.get(1) ? (fields.get(3) ?? '') : Number(BigInt.asIntN(32, BigInt(fields.get(2) ?? 0)));
  },
  time: (bytes) => timeOf(bytes)?.replace(/\.\d+Z$/, 'Z'),
  microTime: (bytes) => timeOf(bytes)?.replace(/(\.\d{3})Z$/, '$1000Z'),
  duration: (bytes) => `${Number(numbersAndTexts(bytes).get(1) ?? 0) / 1e9}s`,
};

function timeOf(bytes: Uint8Array): string | undefined {
  const fields = numbersAndTexts(bytes);
  const seconds = Number(BigInt.asIntN(64, BigInt(fields.get(1) ?? 0)));
  const nanos = Number(fields.get(2) ?? 0);
  // Go's zero time, which means none.
  if (seconds <= 0) return undefined;
  return new Date(seconds * 1000 + nanos / 1e6).toISOString();
}

function stringField(bytes: Uint8Array, number: number): string {
  return String(numbersAndTexts(bytes).get(number) ?? '');
}

function rawJson(bytes: Uint8Array): unknown {
  const json = stringField(bytes, 1);
  try {
    return json === '' ? undefined : JSON.parse(json);
  } catch {
    throw badRequest('the protobuf body holds a raw extension that is not JSON');
  }
}

function numbersAndTexts(bytes: Uint8Array): Map<number, bigint | string> {
  const reader = new WireReader(bytes);
  const fields = new Map<number, bigint | string>();
  while (!reader.done) {
    const { number, wireType } = reader.tag();
    if (wireType === VARINT) fields.set(number, reader.varint());
    else if (wireType === BYTES) fields.set(number, text.decode(reader.block()));
    else reader.skip(wireType);
  }
  return fields;
}
