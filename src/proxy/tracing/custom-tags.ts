import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { CustomTag, CustomTag_Metadata } from '../../xds/types/gen/envoy/type/tracing/v3/custom_tag_pb.js';
import { ConfigError } from '../errors.js';
import type { StreamInfo } from '../http/stream-info.js';
import { headerValue } from '../matching/header-matcher.js';

/** A tag of the user's; no value leaves it out. */
export interface CustomTagReader {
  readonly name: string;
  readonly read: (info: StreamInfo) => string | undefined;
}

/** @throws ConfigError */
export function compileCustomTags(tags: readonly CustomTag[], path: string): readonly CustomTagReader[] {
  return tags.map((tag, i) => {
    const at = `${path}[${i}]`;
    if (tag.tag === '') throw new ConfigError(`${at}.tag`, 'a tag needs a name');
    return { name: tag.tag, read: compileTag(tag, at) };
  });
}

function compileTag(tag: CustomTag, path: string): CustomTagReader['read'] {
  const { type } = tag;
  switch (type.case) {
    case 'literal': {
      const { value } = type.value;
      return () => value;
    }
    case 'environment': {
      const value = process.env[type.value.name] ?? type.value.defaultValue;
      return () => value || undefined;
    }
    case 'requestHeader': {
      const { defaultValue } = type.value;
      const name = type.value.name.toLowerCase();
      return (info) => headerValue(info, name) ?? (defaultValue || undefined);
    }
    case 'metadata':
      return compileMetadata(type.value, `${path}.metadata`);
    default:
      throw new ConfigError(path, 'this tag is not supported');
  }
}

type Source = (info: StreamInfo) => Readonly<Record<string, JsonObject>> | undefined;

const SOURCES: Readonly<Record<string, Source>> = {
  request: ({ metadataSet }) => (metadataSet === undefined ? undefined : Object.fromEntries(metadataSet)),
  route: (info) => info.routeMetadata,
  cluster: ({ upstreamCluster }) => upstreamCluster?.config.metadata?.filterMetadata,
  host: ({ upstreamHost }) => upstreamHost?.metadata,
};

function compileMetadata(config: CustomTag_Metadata, path: string): CustomTagReader['read'] {
  const source = SOURCES[config.kind?.kind.case ?? ''];
  if (source === undefined) throw new ConfigError(`${path}.kind`, 'a kind is needed');
  const namespace = config.metadataKey?.key ?? '';
  const keys = (config.metadataKey?.path ?? []).map(({ segment }) => segment.value ?? '');
  const otherwise = config.defaultValue || undefined;
  return (info) => {
    let value: JsonValue | undefined = source(info)?.[namespace];
    for (const key of keys) {
      const isObject: boolean = typeof value === 'object' && value !== null && !Array.isArray(value);
      value = isObject && Object.hasOwn(value as JsonObject, key) ? (value as JsonObject)[key] : undefined;
    }
    if (value === undefined || value === null) return otherwise;
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  };
}
