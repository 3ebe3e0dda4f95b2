import { ConfigError } from '../../errors.js';
import type { StreamInfo } from '../../http/stream-info.js';
import { headerValue } from '../../matching/header-matcher.js';
import { type Operator, type OperatorFactory, some } from '../operator.js';

/** What is about the request. */
export const REQUEST_OPERATORS: Readonly<Record<string, Operator>> = {
  PROTOCOL: (info) => some(info.protocol),
  QUERY_PARAMS: (info) => query(info.path),
  BYTES_RECEIVED: (info) => info.bytesReceived,
  REQUEST_HEADERS_BYTES: (info) => (info.method === '' ? 0 : requestHeaderBytes(info)),
  ROUTE_NAME: (info) => some(info.routeName),
  VIRTUAL_CLUSTER_NAME: (info) => some(info.virtualClusterName),
  STREAM_ID: (info) => info.headers.get('x-request-id') ?? info.streamId,
  TRACE_ID: (info) => some(info.traceId),
  SPAN_ID: (info) => some(info.spanId),
  ACCESS_LOG_TYPE: (info) => info.logType,
};

export const REQUEST_OPERATORS_WITH_ARGUMENT: Readonly<Record<string, OperatorFactory>> = {
  REQ: (argument, path) => alternatives(argument, path, requestValue),
  REQ_WITHOUT_QUERY: (argument, path) =>
    alternatives(argument, path, (info, name) => withoutQuery(requestValue(info, name))),
  QUERY_PARAM: (argument, path) => {
    if (!argument) throw new ConfigError(path, 'QUERY_PARAM needs a name');
    return (info) => new URLSearchParams(query(info.path) ?? '').get(argument) ?? undefined;
  },
  PATH: compilePath,
};

/** A TCP connection has no request, and so no scheme. */
function requestValue(info: StreamInfo, name: string): string | undefined {
  return info.method === '' ? undefined : headerValue(info, name);
}

/** `X?Y`: the second where the first is not there. */
export function alternatives(
  argument: string | undefined,
  path: string,
  read: (info: StreamInfo, name: string) => string | undefined,
): Operator {
  const [first = '', second, ...rest] = (argument ?? '').toLowerCase().split('?');
  if (first === '' || rest.length > 0)
    throw new ConfigError(path, `no header name in ${JSON.stringify(argument ?? '')}`);
  if (second === undefined) return (info) => read(info, first);
  return (info) => read(info, first) ?? read(info, second);
}

/** `%PATH(WQ|NQ:ORIG|PATH|ORIG_OR_PATH)%`: with or without the query, as it came or as it is now. */
function compilePath(argument: string | undefined, path: string): Operator {
  const [how = 'WQ', which = 'ORIG_OR_PATH'] = argument === undefined ? [] : argument.split(':');
  if (how !== '' && how !== 'WQ' && how !== 'NQ') throw new ConfigError(path, `Invalid PATH option: ${argument}`);
  if (!['PATH', 'ORIG', 'ORIG_OR_PATH'].includes(which))
    throw new ConfigError(path, `Invalid PATH option: ${argument}`);
  return (info) => {
    const original = info.headers.get('x-envoy-original-path');
    const now = some(info.path);
    const chosen = which === 'PATH' ? now : which === 'ORIG' ? original : (original ?? now);
    return how === 'NQ' ? withoutQuery(chosen) : chosen;
  };
}

function query(path: string): string | undefined {
  const at = path.indexOf('?');
  return at < 0 ? undefined : path.slice(at + 1);
}

function withoutQuery(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const at = path.indexOf('?');
  return at < 0 ? path : path.slice(0, at);
}

function requestHeaderBytes(info: StreamInfo): number {
  let bytes = ':method:path:scheme:authority'.length;
  bytes += info.method.length + info.path.length + info.scheme.length + info.host.length;
  info.headers.forEach((name, value) => {
    if (name !== 'host') bytes += name.length + value.length;
  });
  return bytes;
}
