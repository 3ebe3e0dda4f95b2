import type { HeaderMap } from '../../wire/http1/index.js';
import {
  type FilterConfig,
  FilterConfigSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb.js';
import { unpack } from '../config/registry.js';
import { isGrpc } from '../http/grpc-reply.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { GrpcFrameCounter } from './grpc-frame-counter.js';
import type { FilterSite, MakeFilter } from './http-filter-kind.js';

/** Statistics of methods that are met, when all methods have their own; beyond it they share those without a name. */
const METHODS_MAX = 1_000;

interface Call {
  /** `cluster.NAME.grpc` or `cluster.NAME.grpc.SERVICE.METHOD` */
  readonly prefix: string;
  readonly sent: GrpcFrameCounter;
  readonly received: GrpcFrameCounter;
  /** The answer is gRPC's, so its messages count. */
  answers: boolean;
}

/** `envoy.filters.http.grpc_stats`: counts calls and messages of gRPC by the cluster that serves them. */
export class GrpcStatsFilter implements HttpFilter {
  static readonly make: MakeFilter = (any, site) => new GrpcStatsFilter(unpack(any, FilterConfigSchema), site);

  readonly name: string;
  private readonly allMethods: boolean;
  private readonly listed: ReadonlySet<string>;
  private readonly met = new Set<string>();
  private readonly calls = new Map<HttpStream, Call>();

  private constructor(
    private readonly config: FilterConfig,
    private readonly site: FilterSite,
  ) {
    this.name = site.name;
    const { perMethodStatSpecifier: specifier } = config;
    this.allMethods = specifier.case === 'statsForAllMethods' && specifier.value.value;
    const services = specifier.case === 'individualMethodStatsAllowlist' ? specifier.value.services : [];
    this.listed = new Set(
      services.flatMap(({ name, methodNames }) => methodNames.map((method) => `${name}/${method}`)),
    );
  }

  onRequest(stream: HttpStream): boolean {
    if (!isGrpc(stream.headers.get('content-type'))) return true;
    const cluster = this.site.clusters.get(stream.clusterName);
    const names = /^\/([^/?]+)\/([^/?]+)(?:\?.*)?$/.exec(stream.path);
    if (cluster === undefined || names === null) return true;
    const [, service = '', method = ''] = names;
    const own = this.hasOwn(`${service}/${method}`);
    const serviceName = this.config.replaceDotsInGrpcServiceName ? service.replaceAll('.', '_') : service;
    const prefix = `cluster.${cluster.name}.grpc${own ? `.${serviceName}.${method}` : ''}`;
    const call = { prefix, sent: new GrpcFrameCounter(), received: new GrpcFrameCounter(), answers: false };
    this.calls.set(stream, call);
    return true;
  }

  onRequestBody(stream: HttpStream, buf: Uint8Array, start: number, end: number): void {
    const call = this.calls.get(stream);
    if (call !== undefined) this.add(call, 'request_message_count', call.sent.count(buf, start, end));
  }

  onResponse(stream: HttpStream): void {
    const call = this.calls.get(stream);
    const headers = stream.responseHeaders;
    if (call === undefined || headers === undefined) return;
    call.answers = stream.status === 200 && isGrpc(headers.get('content-type'));
    this.charge(stream, call, headers);
  }

  onResponseBody(stream: HttpStream, buf: Uint8Array, start: number, end: number): void {
    const call = this.calls.get(stream);
    if (call?.answers === true) this.add(call, 'response_message_count', call.received.count(buf, start, end));
  }

  onResponseTrailers(stream: HttpStream, trailers: HeaderMap): void {
    const call = this.calls.get(stream);
    if (call !== undefined) this.charge(stream, call, trailers);
  }

  onDone(stream: HttpStream): void {
    this.calls.delete(stream);
  }

  private hasOwn(method: string): boolean {
    if (!this.allMethods) return this.listed.has(method);
    if (this.met.size < METHODS_MAX) this.met.add(method);
    return this.met.has(method);
  }

  private charge(stream: HttpStream, call: Call, headers: HeaderMap): void {
    const status = headers.get('grpc-status');
    if (status === undefined) return;
    if (/^\d{1,10}$/.test(status)) this.add(call, String(Number(status)), 1);
    this.add(call, Number(status) === 0 ? 'success' : 'failure', 1);
    this.add(call, 'total', 1);
    if (!this.config.enableUpstreamStats || stream.firstUpstreamByte_ms === 0) return;
    const { stats, clock } = this.site.context;
    stats.histogram(`${call.prefix}.upstream_rq_time`).record(clock.monotonic_ms() - stream.start_ms);
  }

  private add(call: Call, what: string, amount: number): void {
    if (amount > 0) this.site.context.stats.counter(`${call.prefix}.${what}`).add(amount);
  }
}
