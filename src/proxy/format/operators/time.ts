import { ConfigError } from '../../errors.js';
import type { StreamInfo } from '../../http/stream-info.js';
import type { Operator, OperatorFactory } from '../operator.js';
import { compileTime } from '../time.js';

/** A point of a stream's life on the monotonic clock; 0 when it was not reached. */
type Point = (info: StreamInfo) => number;

const answered = (info: StreamInfo): boolean => info.firstUpstreamByte_ms !== 0;
const begun = (info: StreamInfo): boolean => info.status !== 0 || info.method === '';
const requestEnd: Point = (info) => (info.method === '' ? 0 : info.requestEnd_ms || info.start_ms);
const upstreamEnd: Point = (info) => (answered(info) ? info.end_ms : 0);
const upstreamWritten: Point = (info) =>
  info.upstreamBegin_ms === 0 ? 0 : Math.max(info.upstreamBegin_ms, info.requestEnd_ms);

/** Envoy's names: downstream, upstream; received, transmitted; begin, end. */
const POINTS: Readonly<Record<string, Point>> = {
  DS_RX_BEG: (info) => info.start_ms,
  DS_RX_END: requestEnd,
  DS_TX_BEG: (info) => (begun(info) && info.method !== '' ? info.firstUpstreamByte_ms || info.end_ms : 0),
  DS_TX_END: (info) => (begun(info) && info.method !== '' ? info.end_ms : 0),
  US_TX_BEG: (info) => info.upstreamBegin_ms,
  US_TX_END: upstreamWritten,
  US_RX_BEG: (info) => info.firstUpstreamByte_ms,
  US_RX_END: upstreamEnd,
};

const UNITS: Readonly<Record<string, number>> = { ms: 1, us: 1e3, ns: 1e6 };

function between(from: Point, to: Point, unit = 1): Operator {
  return (info) => {
    const start = from(info);
    const end = to(info);
    return start === 0 || end === 0 || end < start ? undefined : Math.floor((end - start) * unit);
  };
}

/** How long parts of the stream's life took, in milliseconds. */
export const TIME_OPERATORS: Readonly<Record<string, Operator>> = {
  DURATION: between(
    (info) => info.start_ms,
    (info) => info.end_ms,
  ),
  REQUEST_DURATION: between((info) => info.start_ms, requestEnd),
  REQUEST_TX_DURATION: between((info) => info.start_ms, upstreamWritten),
  RESPONSE_DURATION: between(
    (info) => info.start_ms,
    (info) => info.firstUpstreamByte_ms,
  ),
  RESPONSE_TX_DURATION: between(
    (info) => info.firstUpstreamByte_ms,
    (info) => info.end_ms,
  ),
  DOWNSTREAM_HANDSHAKE_DURATION: ({ connection }) => connection.handshake_ms,
};

export const TIME_OPERATORS_WITH_ARGUMENT: Readonly<Record<string, OperatorFactory>> = {
  START_TIME: (argument) => startTime(argument, false),
  START_TIME_LOCAL: (argument) => startTime(argument, true),
  EMIT_TIME: (argument) => emitTime(argument, false),
  EMIT_TIME_LOCAL: (argument) => emitTime(argument, true),
  COMMON_DURATION: commonDuration,
};

function startTime(format: string | undefined, local: boolean): Operator {
  const write = compileTime(format ?? '', local);
  return (info) => write(info.startWall_ms);
}

/** When the line is written: at the end of what it tells of. */
function emitTime(format: string | undefined, local: boolean): Operator {
  const write = compileTime(format ?? '', local);
  return (info) => write(info.startWall_ms + Math.max(0, info.end_ms - info.start_ms));
}

/** `%COMMON_DURATION(FROM:TO:UNIT)%` */
function commonDuration(argument: string | undefined, path: string): Operator {
  const [from = '', to = '', unit = ''] = (argument ?? '').split(':');
  const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (scale === undefined) throw new ConfigError(path, `Invalid common duration precision '${unit}'.`);
  return between(point(from, path), point(to, path), scale);
}

function point(name: string, path: string): Point {
  const found = Object.hasOwn(POINTS, name) ? POINTS[name] : undefined;
  if (found === undefined) throw new ConfigError(path, `the time point ${name} is not supported`);
  return found;
}
