import { create, type JsonObject } from '@bufbuild/protobuf';
import { RuntimeFractionalPercentSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import {
  type HTTPFault,
  HTTPFaultSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/fault/v3/fault_pb.js';
import type { FractionalPercent } from '../../xds/types/gen/envoy/type/v3/percent_pb.js';
import { milliseconds } from '../config/duration.js';
import { unpack } from '../config/registry.js';
import type { HttpStream } from '../http/http-stream.js';
import { fractionOf } from '../matching/fraction.js';
import { compileHeaderMatchers, type HeaderPredicate } from '../matching/header-matcher.js';
import type { Runtime } from '../runtime/runtime.js';
import { runtimeFraction, runtimeInteger } from '../runtime/runtime-values.js';
import type { CompileOverride } from './http-filter-kind.js';

/** How an injected abort answers. */
export interface AbortStatus {
  readonly status: number;
  readonly grpcStatus: number | undefined;
}

/** A fault that a request may meet; undefined where it does not apply to the request. */
interface Fault<T> {
  readonly fraction: (stream: HttpStream) => number;
  readonly value: (stream: HttpStream) => T | undefined;
}

/** A fault configuration, compiled: of the filter, or of a route. */
export class FaultRules {
  /** Milliseconds. */
  readonly delay: Fault<number> | undefined;
  readonly abort: Fault<AbortStatus> | undefined;
  /** KiB per second of the answer's body. */
  readonly rate: Fault<number> | undefined;
  readonly maxActive: () => number;
  readonly perCluster: boolean;
  readonly metadata: JsonObject | undefined;
  private readonly headers: readonly HeaderPredicate[];
  private readonly upstreamCluster: string;
  private readonly nodes: ReadonlySet<string>;

  /** @throws ConfigError */
  constructor(config: HTTPFault, runtime: Runtime, path: string) {
    this.delay = compileDelay(config, runtime);
    this.abort = compileAbort(config, runtime);
    this.rate = compileRate(config, runtime);
    const key = config.maxActiveFaultsRuntime || 'fault.http.max_active_faults';
    this.maxActive = runtimeInteger(key, runtime, config.maxActiveFaults ?? Number.POSITIVE_INFINITY);
    this.perCluster = !config.disableDownstreamClusterStats;
    this.metadata = config.filterMetadata;
    this.headers = compileHeaderMatchers(config.headers, `${path}.headers`);
    this.upstreamCluster = config.upstreamCluster;
    this.nodes = new Set(config.downstreamNodes);
  }

  static readonly compileOverride: CompileOverride = (config, path, { runtime }) =>
    new FaultRules(unpack(config, HTTPFaultSchema), runtime, path);

  get empty(): boolean {
    return this.delay === undefined && this.abort === undefined && this.rate === undefined;
  }

  appliesTo(stream: HttpStream): boolean {
    if (this.upstreamCluster !== '' && stream.clusterName !== this.upstreamCluster) return false;
    if (this.nodes.size > 0 && !this.nodes.has(stream.headers.get('x-envoy-downstream-service-node') ?? ''))
      return false;
    return this.headers.every((matches) => matches(stream));
  }
}

function compileDelay(config: HTTPFault, runtime: Runtime): Fault<number> | undefined {
  const { delay } = config;
  if (delay === undefined) return undefined;
  const share = fraction(
    delay.percentage,
    config.delayPercentRuntime || 'fault.http.delay.fixed_delay_percent',
    runtime,
  );
  if (delay.faultDelaySecifier.case !== 'fixedDelay') {
    return {
      fraction: byHeader('x-envoy-fault-delay-request-percentage', delay.percentage, share),
      value: (stream) => numberIn(stream, 'x-envoy-fault-delay-request'),
    };
  }
  const fixed_ms = milliseconds(delay.faultDelaySecifier.value, 0);
  const key = config.delayDurationRuntime || 'fault.http.delay.fixed_duration_ms';
  return { fraction: share, value: runtimeInteger(key, runtime, fixed_ms) };
}

function compileAbort(config: HTTPFault, runtime: Runtime): Fault<AbortStatus> | undefined {
  const { abort } = config;
  if (abort === undefined) return undefined;
  const share = fraction(abort.percentage, config.abortPercentRuntime || 'fault.http.abort.abort_percent', runtime);
  const { errorType: kind } = abort;
  if (kind.case === 'httpStatus') {
    const key = config.abortHttpStatusRuntime || 'fault.http.abort.http_status';
    const status = runtimeInteger(key, runtime, kind.value);
    return { fraction: share, value: () => ({ status: status(), grpcStatus: undefined }) };
  }
  if (kind.case === 'grpcStatus') {
    const key = config.abortGrpcStatusRuntime || 'fault.http.abort.grpc_status';
    const status = runtimeInteger(key, runtime, kind.value);
    return { fraction: share, value: () => ({ status: 200, grpcStatus: status() }) };
  }
  return {
    fraction: byHeader('x-envoy-fault-abort-request-percentage', abort.percentage, share),
    value: abortOfHeaders,
  };
}

function abortOfHeaders(stream: HttpStream): AbortStatus | undefined {
  const status = numberIn(stream, 'x-envoy-fault-abort-request');
  if (status !== undefined && status >= 200 && status < 600) return { status, grpcStatus: undefined };
  const grpcStatus = numberIn(stream, 'x-envoy-fault-abort-grpc-request');
  return grpcStatus === undefined ? undefined : { status: 200, grpcStatus };
}

function compileRate(config: HTTPFault, runtime: Runtime): Fault<number> | undefined {
  const { responseRateLimit: rate } = config;
  if (rate === undefined) return undefined;
  const key = config.responseRateLimitPercentRuntime || 'fault.http.rate_limit.response_percent';
  const share = fraction(rate.percentage, key, runtime);
  if (rate.limitType.case === 'fixedLimit') {
    const kbps = Number(rate.limitType.value.limitKbps);
    return { fraction: share, value: () => kbps };
  }
  return {
    fraction: byHeader('x-envoy-fault-throughput-response-percentage', rate.percentage, share),
    value: (stream) => numberIn(stream, 'x-envoy-fault-throughput-response') || undefined,
  };
}

function fraction(percentage: FractionalPercent | undefined, runtimeKey: string, runtime: Runtime): () => number {
  const defaultValue = percentage === undefined ? {} : { defaultValue: percentage };
  return runtimeFraction(create(RuntimeFractionalPercentSchema, { ...defaultValue, runtimeKey }), runtime);
}

/** The numerator that a request asks for, at most what is configured, over the configured denominator. */
function byHeader(
  name: string,
  most: FractionalPercent | undefined,
  otherwise: () => number,
): Fault<never>['fraction'] {
  return (stream) => {
    const asked = most === undefined ? undefined : numberIn(stream, name);
    if (most === undefined || asked === undefined) return otherwise();
    return fractionOf({ ...most, numerator: Math.min(most.numerator, asked) });
  };
}

function numberIn(stream: HttpStream, header: string): number | undefined {
  const text = stream.headers.get(header);
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
