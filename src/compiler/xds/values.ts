import type { DurationSchema } from '@bufbuild/protobuf/wkt';
import { type AddressSchema, SocketAddress_Protocol } from '../../xds/types/gen/envoy/config/core/v3/address_pb.js';
import { ApiVersion, type ConfigSourceSchema } from '../../xds/types/gen/envoy/config/core/v3/config_source_pb.js';
import {
  FractionalPercent_DenominatorType,
  type FractionalPercentSchema,
} from '../../xds/types/gen/envoy/type/v3/percent_pb.js';
import type { Init } from './resource.js';

const MILLISECONDS_PER_SECOND = 1_000;
const NANOSECONDS_PER_MILLISECOND = 1_000_000;
const PER_MILLION_OF_ONE_PERCENT = 10_000;

export function durationOf(milliseconds: number): Init<typeof DurationSchema> {
  const seconds = Math.floor(milliseconds / MILLISECONDS_PER_SECOND);
  const rest_ms = milliseconds - seconds * MILLISECONDS_PER_SECOND;
  return { seconds: BigInt(seconds), nanos: Math.round(rest_ms * NANOSECONDS_PER_MILLISECOND) };
}

/** As precise as Envoy can: whole percents, else millionths. */
export function percentOf(percent: number): Init<typeof FractionalPercentSchema> {
  if (Number.isInteger(percent)) {
    return { numerator: percent, denominator: FractionalPercent_DenominatorType.HUNDRED };
  }
  const numerator = Math.round(percent * PER_MILLION_OF_ONE_PERCENT);
  return { numerator, denominator: FractionalPercent_DenominatorType.MILLION };
}

export function addressOf(address: string, port: number): Init<typeof AddressSchema> {
  return {
    address: {
      case: 'socketAddress',
      value: { protocol: SocketAddress_Protocol.TCP, address, portSpecifier: { case: 'portValue', value: port } },
    },
  };
}

/** Over the stream that the configuration itself comes by. */
export const ADS: Init<typeof ConfigSourceSchema> = {
  resourceApiVersion: ApiVersion.V3,
  configSourceSpecifier: { case: 'ads', value: {} },
};
