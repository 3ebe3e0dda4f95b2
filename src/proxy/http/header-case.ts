import type { Http1ProtocolOptions_HeaderKeyFormat as Config } from '../../xds/types/gen/envoy/config/core/v3/protocol_pb.js';
import { PreserveCaseFormatterConfigSchema } from '../../xds/types/gen/envoy/extensions/http/header_formatters/preserve_case/v3/preserve_case_pb.js';
import { typeNameOf } from '../config/registry.js';
import { ConfigError } from '../errors.js';

/** How HTTP/1 field names are spelled: in lower case, `Like-This`, or as the peer spelled them. */
export type HeaderCase = 'lower' | 'proper' | 'preserve';

/** @throws ConfigError */
export function headerCaseOf(config: Config | undefined, path: string): HeaderCase {
  const format = config?.headerFormat;
  if (format?.case === 'properCaseWords') return 'proper';
  if (format?.case !== 'statefulFormatter') return 'lower';
  const any = format.value.typedConfig;
  if (any === undefined || typeNameOf(any) !== PreserveCaseFormatterConfigSchema.typeName)
    throw new ConfigError(`${path}.stateful_formatter`, 'only preserve_case is supported');
  return 'preserve';
}

/** `name: value` lines with their names `Like-This`. */
export function properCase(lines: string): string {
  return lines.replaceAll(/(^|\n)([^:\r\n]+)(?=:)/g, (_line, start: string, name: string) => start + properName(name));
}

function properName(name: string): string {
  return name.replaceAll(/(^|[^a-z0-9])[a-z]/gi, (letter) => letter.toUpperCase());
}
