import type { Any } from '@bufbuild/protobuf/wkt';
import { HTTPFaultSchema } from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import type { Fault } from '../model/types.js';
import { anyOf } from './resource.js';
import { durationOf, percentOf } from './values.js';

export const FAULT_FILTER = 'envoy.filters.http.fault';

/** What a route overrides of the fault filter, by filter name; empty without a fault. */
export function faultOverride(fault: Fault | undefined): Record<string, Any> {
  const { delay, abort } = fault ?? {};
  if (!delay && !abort) return {};
  const message = anyOf(HTTPFaultSchema, {
    ...(delay
      ? {
          delay: {
            faultDelaySecifier: { case: 'fixedDelay', value: durationOf(delay.fixedDelay_ms) },
            percentage: percentOf(delay.percent),
          },
        }
      : {}),
    ...(abort ? { abort: { errorType: errorOf(abort), percentage: percentOf(abort.percent) } } : {}),
  });
  return { [FAULT_FILTER]: message };
}

type Abort = NonNullable<Fault['abort']>;

function errorOf({ httpStatus, grpcStatus }: Abort) {
  if (grpcStatus !== undefined) return { case: 'grpcStatus' as const, value: grpcStatus };
  return { case: 'httpStatus' as const, value: httpStatus ?? 0 };
}
