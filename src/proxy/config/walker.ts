import { type DescField, type DescMessage, fromBinary, isMessage, type Message } from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import type { Any } from '@bufbuild/protobuf/wkt';
import { messageOf } from '../../base/errors.js';
import { FilterConfigSchema } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { HttpFilterSchema } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { ConfigError } from '../errors.js';
import { TYPES, typeNameOf } from './registry.js';
import { SUPPORTED } from './supported/index.js';

/**
 * Refuses a message that sets a field which the proxy does not implement: nothing is ignored in silence.
 * @throws ConfigError with the path of the first such field
 */
export function checkSupported(schema: DescMessage, message: Message): void {
  walk(reflect(schema, message), '');
}

function walk(message: ReflectMessage, path: string): void {
  const allowed = allowedFields(message.desc);
  // of a newer definition than ours, with what meaning we cannot know
  const unknown = message.getUnknown()?.[0];
  if (unknown !== undefined) throw new ConfigError(path, `${message.desc.typeName} has no field ${unknown.no}`);
  for (const field of message.sortedFields) {
    if (!message.isSet(field)) continue;
    const at = path === '' ? field.name : `${path}.${field.name}`;
    const values = allowed?.get(field.name);
    if (values === undefined) throw new ConfigError(at, 'not supported');
    checkEnum(message, field, values, at);
    descend(message, field, at);
  }
}

function checkEnum(message: ReflectMessage, field: DescField, values: readonly string[], path: string): void {
  if (values.length === 0 || field.fieldKind !== 'enum') return;
  const number = message.get(field);
  const name = field.enum.values.find((value) => value.number === number)?.name ?? String(number);
  if (!values.includes(name)) throw new ConfigError(path, `${name} is not supported`);
}

function descend(message: ReflectMessage, field: DescField, path: string): void {
  switch (field.fieldKind) {
    case 'message':
      if (!mayBeMissing(message, message.get(field))) walkMessage(message.get(field), path);
      return;
    case 'list': {
      if (field.listKind !== 'message') return;
      let i = 0;
      for (const item of message.get(field)) walkMessage(item as ReflectMessage, `${path}[${i++}]`);
      return;
    }
    case 'map': {
      if (field.mapKind !== 'message') return;
      for (const [key, item] of message.get(field)) walkMessage(item as ReflectMessage, `${path}[${String(key)}]`);
      return;
    }
    default:
  }
}

/** A filter that is not known may be left out where it is optional, and a switch of a filter needs no configuration. */
function mayBeMissing(holder: ReflectMessage, held: ReflectMessage): boolean {
  if (held.desc.typeName !== 'google.protobuf.Any') return false;
  const any = held.message as Any;
  if (TYPES.getMessage(typeNameOf(any)) !== undefined) return false;
  const { message } = holder;
  if (isMessage(message, FilterConfigSchema)) return message.isOptional || any.typeUrl === '';
  return isMessage(message, HttpFilterSchema) && message.isOptional;
}

function walkMessage(message: ReflectMessage, path: string): void {
  const { typeName } = message.desc;
  if (typeName === 'google.protobuf.Any') {
    walkAny(message.message as Any, path);
    return;
  }
  if (typeName.startsWith('google.protobuf.')) return;
  walk(message, path);
}

function walkAny(any: Any, path: string): void {
  const schema = TYPES.getMessage(typeNameOf(any));
  if (schema === undefined) throw new ConfigError(path, `${typeNameOf(any) || 'an empty Any'} is not supported`);
  let inner: Message;
  try {
    inner = fromBinary(schema, any.value);
  } catch (error) {
    throw new ConfigError(path, `cannot be decoded as ${schema.typeName}: ${messageOf(error)}`);
  }
  walk(reflect(schema, inner), path);
}

const COMPILED = new Map<string, ReadonlyMap<string, readonly string[]>>();

/** Field name -> enum values that are supported; none means all. */
function allowedFields(desc: DescMessage): ReadonlyMap<string, readonly string[]> | undefined {
  let fields = COMPILED.get(desc.typeName);
  if (fields !== undefined) return fields;
  const listed = SUPPORTED[desc.typeName];
  if (listed === undefined) return undefined;
  fields = new Map(
    listed.split(/\s+/).map((entry) => {
      const [name, values] = entry.split('=');
      return [name!, values === undefined ? [] : values.split('|')];
    }),
  );
  COMPILED.set(desc.typeName, fields);
  return fields;
}
