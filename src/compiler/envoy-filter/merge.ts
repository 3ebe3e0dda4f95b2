import { clone, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import type { Any } from '@bufbuild/protobuf/wkt';
import { ENVOY_TYPES } from './envoy-types.js';

/** Half of the old duration and half of the new one would be neither. */
const REPLACED_WHOLE: ReadonlySet<string> = new Set(['google.protobuf.Duration']);

/**
 * Merges as Protocol Buffers define it, and so Istio: what is set replaces, lists grow, messages are merged, entries of maps are
 * replaced. What is zero is not set, also in a wrapper: false does not undo true.
 */
export function mergeInto<Desc extends DescMessage>(
  schema: Desc,
  target: MessageShape<Desc>,
  source: MessageShape<Desc>,
): void {
  merge(reflect(schema, target), reflect(schema, clone(schema, source)));
}

function merge(target: ReflectMessage, source: ReflectMessage): void {
  for (const field of source.fields) {
    if (!source.isSet(field)) continue;
    if (field.fieldKind === 'list') {
      const list = target.get(field);
      for (const item of source.get(field)) list.add(item);
    } else if (field.fieldKind === 'map') {
      const map = target.get(field);
      for (const [key, value] of source.get(field)) map.set(key, value);
    } else if (field.fieldKind === 'message' && target.isSet(field) && !REPLACED_WHOLE.has(field.message.typeName)) {
      const inner = target.get(field);
      merge(inner, source.get(field));
      // Wrappers and Structs are given out as copies.
      target.set(field, inner);
    } else {
      target.set(field, source.get(field));
    }
  }
}

/**
 * Merges what stands in the one into what stands in the other. The type stays that of the target: names of types change with
 * versions of Envoy, and a merge means the filter that is there.
 * @returns undefined where its type is not known or the bytes are of another, so that the target stays as it is
 */
export function mergedAny(target: Any, source: Any): Any | undefined {
  const schema = ENVOY_TYPES.getMessage(target.typeUrl.slice(target.typeUrl.lastIndexOf('/') + 1));
  if (schema === undefined) return undefined;
  try {
    const message = fromBinary(schema, target.value);
    mergeInto(schema, message, fromBinary(schema, source.value));
    return { ...target, value: toBinary(schema, message) };
  } catch {
    return undefined;
  }
}
