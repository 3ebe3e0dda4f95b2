import type { RouteAction_MaxStreamDuration } from '../../xds/types/gen/envoy/config/route/v3/route_components_pb.js';
import { milliseconds } from '../config/duration.js';
import type { RequestHeaders } from '../matching/header-matcher.js';
import { formatGrpcTimeout, grpcTimeout_ms } from './grpc-timeout.js';

/** How long a request may take in all, milliseconds; 0 for as long as it takes, undefined leaves the connection manager's. */
export type StreamDuration = (request: RequestHeaders) => number | undefined;

export function compileStreamDuration(config: RouteAction_MaxStreamDuration | undefined): StreamDuration | undefined {
  if (config === undefined) return undefined;
  const fixed_ms = milliseconds(config.maxStreamDuration, undefined);
  const most_ms = milliseconds(config.grpcTimeoutHeaderMax, undefined);
  const offset_ms = milliseconds(config.grpcTimeoutHeaderOffset, 0);
  if (most_ms === undefined) return () => fixed_ms;
  return ({ headers }) => {
    const asked_ms = grpcTimeout_ms(headers.get('grpc-timeout'));
    if (asked_ms === undefined) return fixed_ms;
    const granted_ms = most_ms > 0 && (asked_ms === 0 || asked_ms > most_ms) ? most_ms : asked_ms;
    const limit_ms = Math.max(0, granted_ms - offset_ms);
    // the upstream is told what is left of what the client asked for
    if (limit_ms > 0) headers.set('grpc-timeout', formatGrpcTimeout(limit_ms));
    return limit_ms;
  };
}
