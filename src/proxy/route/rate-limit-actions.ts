import type { JsonValue } from '@bufbuild/protobuf';
import type { RateLimit_Action } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import type { MetadataKey } from '../../xds/types/gen/envoy/type/metadata/v3/metadata_pb.js';
import { ConfigError } from '../errors.js';
import type { HttpStream } from '../http/http-stream.js';
import { compileHeaderMatchers } from '../matching/header-matcher.js';
import { metadataAt } from '../matching/metadata-matcher.js';
import type { DescriptorEntry } from '../ratelimit/descriptor.js';
import { maskedAddress } from '../ratelimit/masked-address.js';
import { compileQueryMatchers } from './route-match.js';

/** Entry of one action: undefined gives the whole descriptor up, 'skip' only this entry. */
export type Action = (stream: HttpStream) => DescriptorEntry | 'skip' | undefined;

/** Envoy's mask lengths where none is given. */
const MASK_V4 = 32;
const MASK_V6 = 128;

/** @throws ConfigError */
export function compileAction({ actionSpecifier: action }: RateLimit_Action, path: string): Action {
  switch (action.case) {
    case 'sourceCluster':
      return (stream) => ({ key: 'source_cluster', value: stream.manager.context.node.cluster });
    case 'destinationCluster':
      return (stream) => ({ key: 'destination_cluster', value: stream.clusterName });
    case 'remoteAddress':
      return (stream) => ({ key: 'remote_address', value: stream.connection.remoteAddress });
    case 'maskedRemoteAddress': {
      const { v4PrefixMaskLen, v6PrefixMaskLen } = action.value;
      return (stream) => ({
        key: 'masked_remote_address',
        value: maskedAddress(stream.connection.remoteAddress, v4PrefixMaskLen ?? MASK_V4, v6PrefixMaskLen ?? MASK_V6),
      });
    }
    case 'requestHeaders': {
      const { descriptorKey: key, headerName, skipIfAbsent } = action.value;
      const read = headerReader(headerName.toLowerCase());
      return (stream) => {
        const value = read(stream);
        if (value === undefined) return skipIfAbsent ? 'skip' : undefined;
        return { key, value };
      };
    }
    case 'genericKey': {
      const entry = { key: action.value.descriptorKey || 'generic_key', value: action.value.descriptorValue };
      return () => entry;
    }
    case 'headerValueMatch': {
      const { descriptorKey: key, descriptorValue: value, expectMatch, headers } = action.value;
      const matchers = compileHeaderMatchers(headers, `${path}.header_value_match.headers`);
      const entry = { key: key || 'header_match', value };
      return (stream) => (matchers.every((matches) => matches(stream)) === (expectMatch ?? true) ? entry : undefined);
    }
    case 'queryParameterValueMatch': {
      const { descriptorKey: key, descriptorValue: value, expectMatch, queryParameters } = action.value;
      const matchers = compileQueryMatchers(queryParameters, `${path}.query_parameter_value_match.query_parameters`);
      const entry = { key: key || 'query_match', value };
      return (stream) => (matchers.every((matches) => matches(stream)) === (expectMatch ?? true) ? entry : undefined);
    }
    case 'dynamicMetadata': {
      const { descriptorKey: key, metadataKey, defaultValue } = action.value;
      return fromMetadata(key, dynamic(metadataKey), defaultValue, false);
    }
    case 'metadata': {
      const { descriptorKey: key, metadataKey, defaultValue, source, skipIfAbsent } = action.value;
      const read = source === 1 ? ofRoute(metadataKey) : dynamic(metadataKey);
      return fromMetadata(key, read, defaultValue, skipIfAbsent);
    }
    default:
      throw new ConfigError(path, 'this kind of rate limit action is not supported');
  }
}

function headerReader(name: string): (stream: HttpStream) => string | undefined {
  switch (name) {
    case ':method':
      return (stream) => stream.method;
    case ':path':
      return (stream) => stream.path;
    case ':scheme':
      return (stream) => stream.scheme;
    case ':authority':
    case 'host':
      return (stream) => stream.host;
    default:
      return (stream) => stream.headers.first(name);
  }
}

type MetadataReader = (stream: HttpStream) => JsonValue | undefined;

/** A value of the dynamic metadata. */
export function dynamic(key: MetadataKey | undefined): MetadataReader {
  const keys = keysOf(key);
  return (stream) => metadataAt(stream.metadataSet, key?.key ?? '', keys);
}

function ofRoute(key: MetadataKey | undefined): MetadataReader {
  const keys = keysOf(key);
  return (stream) => metadataAt(new Map(Object.entries(stream.route?.metadata ?? {})), key?.key ?? '', keys);
}

function keysOf(key: MetadataKey | undefined): readonly string[] {
  return key?.path.map(({ segment }) => segment.value ?? '') ?? [];
}

function fromMetadata(key: string, read: MetadataReader, otherwise: string, skip: boolean): Action {
  return (stream) => {
    const found = read(stream);
    const value = typeof found === 'string' && found !== '' ? found : otherwise;
    if (value !== '') return { key, value };
    return skip ? 'skip' : undefined;
  };
}
