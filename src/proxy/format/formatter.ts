import type { HeaderMap } from '../../wire/http1/index.js';
import { ConfigError } from '../errors.js';
import { flagNames } from '../http/response-flags.js';
import type { StreamInfo } from '../http/stream-info.js';
import { headerValue } from '../matching/header-matcher.js';
import { formatAddress } from '../network.js';
import { formatTime } from './time.js';

/** @returns undefined when there is no value */
export type Operator = (info: StreamInfo) => string | undefined;
export type Formatter = (info: StreamInfo) => string;

/** One command operator: `%NAME(ARGUMENT):LENGTH%`. */
const OPERATOR = /%(?:%|([A-Z_0-9]+)(?:\(((?:[^()]|\([^()]*\))*)\))?(?::(\d+))?%)/g;

/**
 * Compiles a format string with Envoy's command operators.
 * @param empty what stands for a value that is not there: `-` in access logs, nothing in header values
 * @throws ConfigError for an operator that is not supported
 */
export function compileFormat(format: string, path: string, empty = '-'): Formatter {
  const parts: (string | Operator)[] = [];
  let at = 0;
  for (const match of format.matchAll(OPERATOR)) {
    pushText(parts, format.slice(at, match.index), path);
    at = match.index + match[0].length;
    if (match[1] === undefined) pushText(parts, '%', path, true);
    else parts.push(limited(compileOperator(match[1], match[2], path), match[3]));
  }
  pushText(parts, format.slice(at), path);
  if (parts.length === 1 && typeof parts[0] === 'string') {
    const constant = parts[0];
    return () => constant;
  }
  return (info) => {
    let out = '';
    for (const part of parts) out += typeof part === 'string' ? part : (part(info) ?? empty);
    return out;
  };
}

/** The one operator of a JSON format's value, or undefined when the value mixes text and operators. */
export function singleOperator(format: string, path: string): Operator | undefined {
  const match = /^%([A-Z_0-9]+)(?:\(((?:[^()]|\([^()]*\))*)\))?(?::(\d+))?%$/.exec(format);
  if (match === null) return undefined;
  return limited(compileOperator(match[1]!, match[2], path), match[3]);
}

function pushText(parts: (string | Operator)[], text: string, path: string, literal = false): void {
  if (text === '') return;
  if (!literal && text.includes('%'))
    throw new ConfigError(path, `malformed command operator in ${JSON.stringify(text)}`);
  const last = parts.at(-1);
  if (typeof last === 'string') parts[parts.length - 1] = last + text;
  else parts.push(text);
}

function limited(operator: Operator, length: string | undefined): Operator {
  if (length === undefined) return operator;
  return (info) => operator(info)?.slice(0, Number(length));
}

function compileOperator(name: string, argument: string | undefined, path: string): Operator {
  const simple = SIMPLE[name];
  if (simple !== undefined) return simple;
  const withArgument = WITH_ARGUMENT[name];
  if (withArgument !== undefined) return withArgument(argument ?? '');
  throw new ConfigError(path, `command operator %${name}% is not supported`);
}

const text = (value: string): string | undefined => (value === '' ? undefined : value);
const since = (info: StreamInfo, at_ms: number): string | undefined =>
  at_ms === 0 ? undefined : String(Math.round(at_ms - info.start_ms));

const SIMPLE: Readonly<Record<string, Operator>> = {
  PROTOCOL: (info) => text(info.protocol),
  RESPONSE_CODE: (info) => String(info.status),
  RESPONSE_CODE_DETAILS: (info) => text(info.details),
  RESPONSE_FLAGS: (info) => flagNames(info.flags),
  CONNECTION_TERMINATION_DETAILS: (info) => text(info.terminationDetails),
  BYTES_RECEIVED: (info) => String(info.bytesReceived),
  BYTES_SENT: (info) => String(info.bytesSent),
  DURATION: (info) => since(info, info.end_ms),
  RESPONSE_DURATION: (info) => since(info, info.firstUpstreamByte_ms),
  UPSTREAM_HOST: (info) => info.upstreamHost?.id,
  UPSTREAM_HOST_NAME: (info) => info.upstreamHost?.hostname || info.upstreamHost?.id,
  UPSTREAM_REMOTE_ADDRESS: (info) => info.upstreamHost?.id,
  UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: (info) => info.upstreamHost?.address,
  UPSTREAM_LOCAL_ADDRESS: (info) => text(info.upstreamLocalAddress),
  UPSTREAM_CLUSTER: (info) => text(info.clusterName),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: (info) => String(info.attempts),
  UPSTREAM_TRANSPORT_FAILURE_REASON: (info) => text(info.transportFailure),
  ROUTE_NAME: (info) => text(info.routeName),
  FILTER_CHAIN_NAME: (info) => text(info.filterChainName),
  CONNECTION_ID: (info) => String(info.connection.id),
  REQUESTED_SERVER_NAME: (info) => text(info.connection.requestedServerName),
  DOWNSTREAM_REMOTE_ADDRESS: (info) => formatAddress(info.connection.remoteAddress, info.connection.remotePort),
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: (info) => info.connection.remoteAddress,
  DOWNSTREAM_REMOTE_PORT: (info) => String(info.connection.remotePort),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: (info) => formatAddress(info.connection.remoteAddress, info.connection.remotePort),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT: (info) => info.connection.remoteAddress,
  DOWNSTREAM_LOCAL_ADDRESS: (info) => formatAddress(info.connection.localAddress, info.connection.localPort),
  DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: (info) => info.connection.localAddress,
  DOWNSTREAM_LOCAL_PORT: (info) => String(info.connection.localPort),
};

const WITH_ARGUMENT: Readonly<Record<string, (argument: string) => Operator>> = {
  REQ: (argument) => alternatives(argument, (info, name) => headerValue(info, name)),
  RESP: (argument) => alternatives(argument, (info, name) => responseValue(info.responseHeaders, name, info)),
  START_TIME: (argument) => (info) => formatTime(info.startWall_ms, argument),
  ENVIRONMENT: (argument) => () => process.env[argument],
  HOSTNAME: () => () => process.env['HOSTNAME'],
};

function responseValue(headers: HeaderMap | undefined, name: string, info: StreamInfo): string | undefined {
  return name === ':status' ? `${info.status}` : headers?.get(name);
}

/** `X?Y`: the second where the first is not there. */
function alternatives(argument: string, read: (info: StreamInfo, name: string) => string | undefined): Operator {
  const [first, second] = argument.toLowerCase().split('?');
  if (second === undefined) return (info) => read(info, first!);
  return (info) => read(info, first!) ?? read(info, second);
}
