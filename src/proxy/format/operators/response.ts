import type { HeaderMap } from '../../../wire/http1/index.js';
import { ConfigError } from '../../errors.js';
import { flagNames, flagNamesLong } from '../../http/response-flags.js';
import type { StreamInfo } from '../../http/stream-info.js';
import { GRPC_NAMES, grpcStatusOf } from '../grpc-status.js';
import { type Operator, type OperatorFactory, some } from '../operator.js';
import { alternatives } from './request.js';

/** What is about the answer. */
export const RESPONSE_OPERATORS: Readonly<Record<string, Operator>> = {
  RESPONSE_CODE: (info) => info.status,
  RESPONSE_CODE_DETAILS: (info) => some(info.details),
  RESPONSE_FLAGS: (info) => flagNames(info.flags),
  RESPONSE_FLAGS_LONG: (info) => flagNamesLong(info.flags),
  BYTES_SENT: (info) => info.bytesSent,
  RESPONSE_HEADERS_BYTES: (info) =>
    info.responseHeaders === undefined ? 0 : sizeOf(info.responseHeaders) + ':status200'.length,
  RESPONSE_TRAILERS_BYTES: (info) => (info.responseTrailers === undefined ? 0 : sizeOf(info.responseTrailers)),
  LOCAL_REPLY_BODY: (info) => info.localReplyBody,
  GRPC_STATUS_NUMBER: (info) => grpcStatusOf(info),
};

export const RESPONSE_OPERATORS_WITH_ARGUMENT: Readonly<Record<string, OperatorFactory>> = {
  RESP: (argument, path) => alternatives(argument, path, responseValue),
  TRAILER: (argument, path) => alternatives(argument, path, (info, name) => info.responseTrailers?.get(name)),
  GRPC_STATUS: grpcStatus,
};

function responseValue(info: StreamInfo, name: string): string | undefined {
  if (name === ':status') return info.status === 0 ? undefined : String(info.status);
  return info.responseHeaders?.get(name);
}

/** `CAMEL_STRING` (the default), `SNAKE_STRING` or `NUMBER`. */
function grpcStatus(argument: string | undefined, path: string): Operator {
  const form = argument || 'CAMEL_STRING';
  if (form === 'NUMBER') return grpcStatusOf;
  if (form !== 'CAMEL_STRING' && form !== 'SNAKE_STRING')
    throw new ConfigError(path, 'GrpcStatusFormatter only supports CAMEL_STRING, SNAKE_STRING or NUMBER.');
  return (info) => {
    const status = grpcStatusOf(info);
    if (status === undefined) return undefined;
    const name = GRPC_NAMES[status];
    if (name === undefined) return String(status);
    return form === 'SNAKE_STRING' ? name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toUpperCase() : name;
  };
}

function sizeOf(headers: HeaderMap): number {
  let bytes = 0;
  headers.forEach((name, value) => {
    bytes += name.length + value.length;
  });
  return bytes;
}
