import {
  type AccessLogFilter,
  type ComparisonFilter,
  type GrpcStatusFilter,
  ComparisonFilter_Op as Op,
  type RuntimeFilter,
} from '../../xds/types/gen/envoy/config/accesslog/v3/accesslog_pb.js';
import { AccessLogType } from '../../xds/types/gen/envoy/data/accesslog/v3/accesslog_pb.js';
import type { ProxyContext } from '../context.js';
import { ConfigError } from '../errors.js';
import { grpcStatusOf } from '../format/grpc-status.js';
import { flagOf } from '../http/response-flags.js';
import type { StreamInfo } from '../http/stream-info.js';
import { fractionOf, happens } from '../matching/fraction.js';
import { compileHeaderMatchers } from '../matching/header-matcher.js';
import { compileMetadataMatcher, metadataAt } from '../matching/metadata-matcher.js';
import { idNumber, sampledBy } from '../tracing/request-id.js';

export type LogPredicate = (info: StreamInfo) => boolean;

/** Filters may hold filters; deeper than this, nobody means it. */
const DEPTH_MAX = 32;

/** @throws ConfigError */
export function compileLogFilter(
  filter: AccessLogFilter,
  context: ProxyContext,
  path: string,
  depth = 0,
): LogPredicate {
  if (depth > DEPTH_MAX) throw new ConfigError(path, `filters are nested deeper than ${DEPTH_MAX}`);
  const specifier = filter.filterSpecifier;
  const inner = (filters: readonly AccessLogFilter[], field: string): readonly LogPredicate[] => {
    if (filters.length < 2) throw new ConfigError(`${path}.${field}.filters`, 'at least two filters are needed');
    return filters.map((one, i) => compileLogFilter(one, context, `${path}.${field}.filters[${i}]`, depth + 1));
  };
  switch (specifier.case) {
    case 'statusCodeFilter': {
      const compare = compileComparison(specifier.value.comparison, `${path}.status_code_filter.comparison`);
      return (info) => compare(info.status);
    }
    case 'durationFilter': {
      const compare = compileComparison(specifier.value.comparison, `${path}.duration_filter.comparison`);
      return (info) => compare(Math.floor(info.end_ms - info.start_ms));
    }
    case 'notHealthCheckFilter':
      return (info) => !info.healthCheck;
    case 'traceableFilter':
      return (info) => sampledBy(info.headers.get('x-request-id'));
    case 'runtimeFilter':
      return compileRuntimeFilter(specifier.value, context);
    case 'andFilter': {
      const filters = inner(specifier.value.filters, 'and_filter');
      return (info) => filters.every((wants) => wants(info));
    }
    case 'orFilter': {
      const filters = inner(specifier.value.filters, 'or_filter');
      return (info) => filters.some((wants) => wants(info));
    }
    case 'headerFilter': {
      const { header } = specifier.value;
      if (header === undefined) throw new ConfigError(`${path}.header_filter.header`, 'a header is needed');
      const [matches] = compileHeaderMatchers([header], `${path}.header_filter.header`);
      return (info) => matches!(info);
    }
    case 'responseFlagFilter':
      return compileFlags(specifier.value.flags, `${path}.response_flag_filter.flags`);
    case 'grpcStatusFilter':
      return compileGrpcStatuses(specifier.value);
    case 'metadataFilter':
      return compileMetadata(specifier.value, `${path}.metadata_filter`);
    case 'logTypeFilter': {
      const types = new Set(specifier.value.types.map((type) => AccessLogType[type]));
      const { exclude } = specifier.value;
      return (info) => types.has(info.logType) !== exclude;
    }
    default:
      throw new ConfigError(path, 'this access log filter is not supported');
  }
}

function compileComparison(comparison: ComparisonFilter | undefined, path: string): (value: number) => boolean {
  if (comparison?.value === undefined) throw new ConfigError(path, 'a comparison with a value is needed');
  const limit = comparison.value.defaultValue;
  switch (comparison.op) {
    case Op.EQ:
      return (value) => value === limit;
    case Op.GE:
      return (value) => value >= limit;
    case Op.LE:
      return (value) => value <= limit;
    default:
      return (value) => value !== limit;
  }
}

/** By the request's id, so that all proxies on its way choose the same requests; else by chance. */
function compileRuntimeFilter(filter: RuntimeFilter, context: ProxyContext): LogPredicate {
  const fraction = fractionOf(filter.percentSampled);
  return (info) => {
    const number = filter.useIndependentRandomness ? undefined : idNumber(info.headers.get('x-request-id'));
    return number === undefined ? happens(fraction, context.random) : (number % MILLION) / MILLION < fraction;
  };
}

/** Values of ids are taken by this: the largest denominator. */
const MILLION = 1_000_000;

function compileFlags(names: readonly string[], path: string): LogPredicate {
  if (names.length === 0) return (info) => info.flags !== 0;
  let mask = 0;
  for (const name of names) {
    const flag = flagOf(name);
    if (flag === undefined) throw new ConfigError(path, `${JSON.stringify(name)} is not a response flag`);
    mask |= flag;
  }
  return (info) => (info.flags & mask) !== 0;
}

function compileGrpcStatuses({ statuses, exclude }: GrpcStatusFilter): LogPredicate {
  const wanted = new Set<number>(statuses);
  return (info) => {
    const status = grpcStatusOf(info) ?? (info.status === 200 ? 0 : UNKNOWN);
    return wanted.has(status) !== exclude;
  };
}

const UNKNOWN = 2;

type MetadataFilter = Extract<AccessLogFilter['filterSpecifier'], { case: 'metadataFilter' }>['value'];

function compileMetadata({ matcher, matchIfKeyNotFound }: MetadataFilter, path: string): LogPredicate {
  const otherwise = matchIfKeyNotFound ?? true;
  if (matcher === undefined) return () => otherwise;
  const matches = compileMetadataMatcher(matcher, `${path}.matcher`);
  const keys = matcher.path.map(({ segment }) => segment.value ?? '');
  return ({ metadataSet }) =>
    metadataAt(metadataSet, matcher.filter, keys) === undefined ? otherwise : matches(metadataSet);
}
