import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import {
  type AccessLog as AccessLogConfig,
  type AccessLogFilter,
  type ComparisonFilter,
  ComparisonFilter_Op as Op,
} from '../../xds/types/gen/envoy/config/accesslog/v3/accesslog_pb.js';
import type { SubstitutionFormatString } from '../../xds/types/gen/envoy/config/core/v3/substitution_format_string_pb.js';
import { FileAccessLogSchema } from '../../xds/types/gen/envoy/extensions/access_loggers/file/v3/file_pb.js';
import {
  StderrAccessLogSchema,
  StdoutAccessLogSchema,
} from '../../xds/types/gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js';
import { typeNameOf, unpack } from '../config/registry.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { compileFormat, type Formatter, singleOperator } from '../format/formatter.js';
import { flagOf } from '../http/response-flags.js';
import type { StreamInfo } from '../http/stream-info.js';
import { fractionOf, happens } from '../matching/fraction.js';
import { compileHeaderMatchers } from '../matching/header-matcher.js';
import type { AccessLog } from './access-log.js';
import { lineWriter } from './line-writer.js';

/** Envoy's default format. */
export const DEFAULT_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  '%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" ' +
  '"%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

type Predicate = (info: StreamInfo) => boolean;

/** @throws ConfigError */
export function compileAccessLogs(
  configs: readonly AccessLogConfig[],
  context: ProxyContext,
  path: string,
): readonly AccessLog[] {
  return configs.map((config, i) => compileAccessLog(config, context, `${path}[${i}]`));
}

function compileAccessLog(config: AccessLogConfig, context: ProxyContext, path: string): AccessLog {
  if (config.configType.case !== 'typedConfig') throw new ConfigError(path, 'an access log needs a typed_config');
  const at = `${path}.typed_config`;
  const { format, write } = compileSink(config.configType.value, context, at);
  const wants = config.filter === undefined ? undefined : compileFilter(config.filter, context, `${path}.filter`);
  return {
    write(info) {
      if (wants === undefined || wants(info)) write(format(info));
    },
  };
}

function compileSink(
  any: Any,
  context: ProxyContext,
  path: string,
): { format: Formatter; write: (line: string) => void } {
  const toLog = (line: string): void => context.writeLog(line);
  switch (typeNameOf(any)) {
    case FileAccessLogSchema.typeName: {
      const file = unpack(any, FileAccessLogSchema);
      const standard = file.path === '/dev/stdout' || file.path === '/dev/stderr';
      return { format: compileFileFormat(file.accessLogFormat, path), write: standard ? toLog : lineWriter(file.path) };
    }
    case StdoutAccessLogSchema.typeName:
      return { format: compileLogFormat(unpack(any, StdoutAccessLogSchema).accessLogFormat.value, path), write: toLog };
    case StderrAccessLogSchema.typeName:
      return { format: compileLogFormat(unpack(any, StderrAccessLogSchema).accessLogFormat.value, path), write: toLog };
    default:
      throw new ConfigError(path, `${typeNameOf(any)} is not supported`);
  }
}

type FileFormat = ReturnType<typeof unpack<typeof FileAccessLogSchema>>['accessLogFormat'];

function compileFileFormat(format: FileFormat, path: string): Formatter {
  switch (format.case) {
    case 'format':
      return compileFormat(format.value, `${path}.format`);
    case 'jsonFormat':
    case 'typedJsonFormat':
      return compileJson(format.value, `${path}.json_format`);
    default:
      return compileLogFormat(format.value, path);
  }
}

function compileLogFormat(format: SubstitutionFormatString | undefined, path: string): Formatter {
  const at = `${path}.log_format`;
  const { format: source } = format ?? { format: { case: undefined } };
  const empty = format?.omitEmptyValues ? '' : '-';
  if (source.case === undefined) return compileFormat(DEFAULT_FORMAT, at, empty);
  if (source.case === 'textFormat') return compileFormat(source.value, `${at}.text_format`, empty);
  if (source.case === 'jsonFormat') return compileJson(source.value, `${at}.json_format`);
  if (source.value.specifier.case === 'inlineString') {
    return compileFormat(source.value.specifier.value, `${at}.text_format_source.inline_string`, empty);
  }
  throw new ConfigError(`${at}.text_format_source`, 'only inline_string is supported');
}

const NUMERIC =
  /^%(RESPONSE_CODE|BYTES_RECEIVED|BYTES_SENT|DURATION|RESPONSE_DURATION|UPSTREAM_REQUEST_ATTEMPT_COUNT|CONNECTION_ID)%$/;

/** One JSON object a line; a value that is one operator keeps its type, and is null when there is no value. */
function compileJson(format: JsonObject, path: string): Formatter {
  const compiled = compileJsonValue(format, path);
  return (info) => `${JSON.stringify(compiled(info))}\n`;
}

function compileJsonValue(value: JsonValue, path: string): (info: StreamInfo) => JsonValue {
  if (typeof value === 'string') {
    const operator = singleOperator(value, path);
    if (operator === undefined) return compileFormat(value, path);
    if (!NUMERIC.test(value)) return (info) => operator(info) ?? null;
    return (info) => {
      const text = operator(info);
      return text === undefined ? null : Number(text);
    };
  }
  if (Array.isArray(value)) {
    const items = value.map((item, i) => compileJsonValue(item, `${path}[${i}]`));
    return (info) => items.map((item) => item(info));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([key, item]) => [key, compileJsonValue(item, `${path}.${key}`)] as const,
    );
    return (info) => Object.fromEntries(entries.map(([key, item]) => [key, item(info)]));
  }
  return () => value;
}

function compileFilter(filter: AccessLogFilter, context: ProxyContext, path: string): Predicate {
  const specifier = filter.filterSpecifier;
  switch (specifier.case) {
    case 'statusCodeFilter': {
      const compare = compileComparison(specifier.value.comparison);
      return (info) => compare(info.status);
    }
    case 'durationFilter': {
      const compare = compileComparison(specifier.value.comparison);
      return (info) => compare(info.end_ms - info.start_ms);
    }
    case 'notHealthCheckFilter':
      return () => true;
    case 'runtimeFilter': {
      const fraction = fractionOf(specifier.value.percentSampled);
      return () => happens(fraction, context.random);
    }
    case 'andFilter': {
      const filters = specifier.value.filters.map((inner, i) =>
        compileFilter(inner, context, `${path}.and_filter.filters[${i}]`),
      );
      return (info) => filters.every((wants) => wants(info));
    }
    case 'orFilter': {
      const filters = specifier.value.filters.map((inner, i) =>
        compileFilter(inner, context, `${path}.or_filter.filters[${i}]`),
      );
      return (info) => filters.some((wants) => wants(info));
    }
    case 'headerFilter': {
      const header = specifier.value.header;
      const matchers = compileHeaderMatchers(header === undefined ? [] : [header], `${path}.header_filter.header`);
      return (info) => matchers.every((matches) => matches(info));
    }
    case 'responseFlagFilter': {
      const mask = specifier.value.flags.reduce((bits, name) => bits | (flagOf(name) ?? 0), 0);
      return mask === 0 ? (info) => info.flags !== 0 : (info) => (info.flags & mask) !== 0;
    }
    default:
      throw new ConfigError(path, 'this access log filter is not supported');
  }
}

function compileComparison(comparison: ComparisonFilter | undefined): (value: number) => boolean {
  const limit = comparison?.value?.defaultValue ?? 0;
  switch (comparison?.op) {
    case Op.GE:
      return (value) => value >= limit;
    case Op.LE:
      return (value) => value <= limit;
    default:
      return (value) => value === limit;
  }
}
