import { HeaderMap } from '../../wire/http1/index.js';
import { RequestMethod } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { HealthCheck_HttpHealthCheck } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import type { Int64Range } from '../../xds/types/gen/envoy/type/v3/range_pb.js';
import type { Host } from '../cluster/host.js';
import { ConfigError } from '../errors.js';
import { compileMutations } from '../format/header-mutations.js';
import { ConnectionInfo, StreamInfo } from '../http/stream-info.js';
import type { TextPredicate } from '../matching/regex.js';
import { compileStringMatcher } from '../matching/string-matcher.js';
import { compileReceive, containsInOrder, payloadBytes } from './payload.js';
import { FAILURE, type ProbeOutcome } from './probe.js';

/** Envoy's default of `response_buffer_size`, bytes. */
const BODY_BYTES = 1024;
const STATUS_MIN = 100;
const STATUS_MAX = 600;
const USER_AGENT = 'Envoy/HC';

/** What an HTTP check says and what it wants to hear. */
export class HttpSpec {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
  /** Bytes of an answer's body that are looked at. */
  readonly bodyLimit: number;
  private readonly authority: string;
  private readonly mutate;
  private readonly expected: readonly Int64Range[];
  private readonly retriable: readonly Int64Range[];
  private readonly receive: readonly Buffer[];
  private readonly serviceName: TextPredicate | undefined;

  /** @throws ConfigError */
  constructor(
    config: HealthCheck_HttpHealthCheck,
    cluster: string,
    private readonly protocol: string,
    private readonly onServiceNameChecked: () => void,
    path: string,
  ) {
    if (config.path === '') throw new ConfigError(`${path}.path`, 'must not be empty');
    if (config.method === RequestMethod.CONNECT) throw new ConfigError(`${path}.method`, 'CONNECT is not allowed');
    this.method = config.method === RequestMethod.METHOD_UNSPECIFIED ? 'GET' : RequestMethod[config.method];
    this.path = config.path;
    this.authority = config.host || cluster;
    this.body = payloadBytes(config.send, `${path}.send`);
    if (this.body.length > 0 && ['GET', 'HEAD', 'TRACE'].includes(this.method)) {
      throw new ConfigError(`${path}.send`, `a ${this.method} request has no body`);
    }
    this.bodyLimit = Number(config.responseBufferSize ?? BODY_BYTES) || Number.MAX_SAFE_INTEGER;
    this.mutate = compileMutations(
      config.requestHeadersToAdd,
      config.requestHeadersToRemove,
      `${path}.request_headers_to_add`,
    );
    this.expected = checkRanges(config.expectedStatuses, `${path}.expected_statuses`);
    this.retriable = checkRanges(config.retriableStatuses, `${path}.retriable_statuses`);
    this.receive = compileReceive(config.receive, `${path}.receive`);
    this.serviceName =
      config.serviceNameMatcher === undefined
        ? undefined
        : compileStringMatcher(config.serviceNameMatcher, `${path}.service_name_matcher`);
  }

  authorityOf(host: Host): string {
    return host.checkHostname || this.authority;
  }

  /** `host` first, as in a request of HTTP/1.1. */
  headers(host: Host): HeaderMap {
    const headers = new HeaderMap();
    headers.add('host', this.authorityOf(host));
    headers.add('user-agent', USER_AGENT);
    if (this.body.length > 0) headers.add('content-length', String(this.body.length));
    const stream = new StreamInfo(new ConnectionInfo('', 0, '', 0), '');
    stream.protocol = this.protocol;
    stream.upstreamHost = host;
    stream.headers = headers;
    this.mutate?.(headers, stream);
    return headers;
  }

  judge(status: number, headers: HeaderMap, body: Buffer): ProbeOutcome {
    if (!this.isExpected(status)) {
      return {
        kind: 'failure',
        retriable: contains(this.retriable, status),
        excludes: headers.has('x-envoy-immediate-health-check-fail'),
      };
    }
    if (this.receive.length > 0 && !containsInOrder(body, this.receive)) return FAILURE;
    if (this.serviceName !== undefined) {
      this.onServiceNameChecked();
      if (!this.serviceName(headers.get('x-envoy-upstream-healthchecked-cluster') ?? '')) return FAILURE;
    }
    return { kind: 'success', degraded: headers.has('x-envoy-degraded') };
  }

  private isExpected(status: number): boolean {
    return this.expected.length === 0 ? status === 200 : contains(this.expected, status);
  }
}

function contains(ranges: readonly Int64Range[], status: number): boolean {
  const wanted = BigInt(status);
  return ranges.some(({ start, end }) => wanted >= start && wanted < end);
}

function checkRanges(ranges: readonly Int64Range[], path: string): readonly Int64Range[] {
  ranges.forEach(({ start, end }, i) => {
    const at = `${path}[${i}]`;
    if (start >= end) throw new ConfigError(at, `expected start < end, found ${start} and ${end}`);
    if (start < STATUS_MIN) throw new ConfigError(at, `start must not be below ${STATUS_MIN}`);
    if (end > STATUS_MAX) throw new ConfigError(at, `end must not be above ${STATUS_MAX}`);
  });
  return ranges;
}
