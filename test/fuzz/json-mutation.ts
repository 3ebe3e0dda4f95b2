import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import fc from 'fast-check';

/** What nobody expects in a field. */
const ODD: readonly JsonValue[] = [
  null,
  '',
  'x',
  '-1s',
  '0s',
  '0.000000001s',
  '315576000001s',
  -1,
  0,
  1,
  4_294_967_296,
  1.5,
  true,
  false,
  [],
  {},
  [null],
  '%REQ(',
  '(',
  '\u0000',
  '1e400',
  { '@type': 'type.googleapis.com/google.protobuf.Empty' },
  { '@type': 'nothing' },
];

/** A document with one to four of its values removed, replaced, doubled or taken from elsewhere in it. */
export function mutationOfJson(documents: readonly JsonObject[]): fc.Arbitrary<JsonObject> {
  const change = fc.record({
    kind: fc.constantFrom('remove', 'odd', 'double', 'graft'),
    at: fc.nat(),
    from: fc.nat(),
    odd: fc.constantFrom(...ODD),
  });
  return fc
    .tuple(fc.constantFrom(...documents), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([document, changes]) => {
      // Not structuredClone: what an alias put in two places would be one.
      const copy = JSON.parse(JSON.stringify(document)) as JsonObject;
      for (const { kind, at, from, odd } of changes) {
        const places = placesIn(copy);
        if (places.length === 0) break;
        const { holder, key } = places[at % places.length]!;
        const grafted = places[from % places.length]!;
        if (kind === 'remove') remove(holder, key);
        else if (kind === 'double' && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]!));
        else
          set(holder, key, kind === 'graft' ? structuredClone(get(grafted.holder, grafted.key)) : structuredClone(odd));
      }
      return copy;
    });
}

type Holder = JsonObject | JsonValue[];

function placesIn(value: JsonValue): { holder: Holder; key: string }[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => [{ holder: value as Holder, key }, ...placesIn(item)]);
}

function get(holder: Holder, key: string): JsonValue {
  return (Array.isArray(holder) ? holder[Number(key)] : holder[key]) ?? null;
}

function set(holder: Holder, key: string, value: JsonValue): void {
  if (Array.isArray(holder)) holder[Number(key)] = value;
  else holder[key] = value;
}

function remove(holder: Holder, key: string): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}
