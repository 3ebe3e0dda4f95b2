import { type Duration, timestampMs } from '@bufbuild/protobuf/wkt';
import type { Value } from '../expr/index.js';
import { RequestMethod } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { HTTPAccessLogEntry } from '../xds/types/gen/envoy/data/accesslog/v3/accesslog_pb.js';
import { CallAttributes, type ToldCall } from './call-attributes.js';
import type { PolicyDirectory } from './directory.js';

/** Reports what an Envoy tells of requests that are over. */
export function reportEntry(entry: HTTPAccessLogEntry, directory: PolicyDirectory): void {
  const { policy } = directory;
  if (policy?.reports) policy.report(new CallAttributes(callOf(entry), directory));
}

function callOf({ commonProperties: common, request, response }: HTTPAccessLogEntry): ToldCall {
  const duration_ms = milliseconds(common?.duration ?? common?.timeToLastDownstreamTxByte);
  const start_ms = common?.startTime === undefined ? 0 : timestampMs(common.startTime);
  const headers = new Map(Object.entries(request?.requestHeaders ?? {}));
  // What Envoy tells by fields of its own is not among the headers.
  for (const [name, value] of [
    [':path', request?.path],
    [':authority', request?.authority],
    ['user-agent', request?.userAgent],
    ['referer', request?.referer],
    ['x-request-id', request?.requestId],
  ] as const) {
    if (value) headers.set(name, value);
  }
  return {
    source: common?.downstreamDirectRemoteAddress ?? common?.downstreamRemoteAddress,
    destination: common?.downstreamLocalAddress,
    method: RequestMethod[request?.requestMethod ?? 0] ?? '',
    path: request?.path ?? '',
    host: request?.authority ?? '',
    scheme: request?.scheme ?? '',
    headers,
    id: request?.requestId ?? '',
    time_ms: start_ms,
    after: new Map<string, Value>([
      ['response.code', response?.responseCode ?? 0],
      ['response.size', Number(response?.responseBodyBytes ?? 0n)],
      ['response.total_size', Number(common?.downstreamWireBytesSent ?? 0n)],
      ['response.duration', duration_ms],
      ['response.time', start_ms + duration_ms],
      ['response.headers', new Map(Object.entries(response?.responseHeaders ?? {}))],
      ['request.size', Number(request?.requestBodyBytes ?? 0n)],
      ['request.total_size', Number(common?.downstreamWireBytesReceived ?? 0n)],
    ]),
  };
}

function milliseconds(duration: Duration | undefined): number {
  return duration === undefined ? 0 : Number(duration.seconds) * 1_000 + duration.nanos / 1_000_000;
}
