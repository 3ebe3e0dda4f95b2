import {
  type ExtAuthz,
  ExtAuthzSchema,
} from '../../xds/types/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js';
import { unpack } from '../config/registry.js';
import { ConfigError } from '../errors.js';
import type { AuthorizationService } from '../ext-authz/authorization-service.js';
import type { CheckContent, CheckOptions } from '../ext-authz/check-request.js';
import { CHECK, GrpcAuthorization } from '../ext-authz/grpc-authorization.js';
import { compilePatterns, HttpAuthorization } from '../ext-authz/http-authorization.js';
import { withQueryParameters } from '../ext-authz/query.js';
import { applyChange, type HeaderChange, type Verdict } from '../ext-authz/verdict.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import { happens } from '../matching/fraction.js';
import { compileMetadataMatcher } from '../matching/metadata-matcher.js';
import { ClusterClient } from '../router/cluster-client.js';
import { compileGrpcMethod } from '../router/grpc-service.js';
import { runtimeFlag, runtimeFraction } from '../runtime/runtime-values.js';
import { refuseTooLarge } from './buffer.js';
import { type BodySettings, compileBody, routeRules } from './ext-authz-rules.js';
import type { FilterSite, MakeFilter } from './http-filter-kind.js';

/** Envoy's time for a gRPC service where none is given. */
const GRPC_TIMEOUT_MS = 200;
const FORBIDDEN = 403;

/** `envoy.filters.http.ext_authz`: asks a service whether a request may pass, and changes it as the service says. */
export class ExtAuthzFilter implements HttpFilter {
  static readonly make: MakeFilter = (any, site) => new ExtAuthzFilter(unpack(any, ExtAuthzSchema), site);

  readonly name: string;
  private readonly service: AuthorizationService;
  private readonly body: BodySettings | undefined;
  private readonly enabled: () => number;
  private readonly enabledByMetadata;
  private readonly denyAtDisable: () => boolean;
  private readonly errorStatus: number;
  private readonly prefix: string;
  /** Changes of answers to requests that passed. */
  private readonly pending = new Map<HttpStream, readonly HeaderChange[]>();

  private constructor(
    private readonly config: ExtAuthz,
    private readonly site: FilterSite,
  ) {
    const { path, context, statPrefix } = site;
    this.name = site.name;
    this.service = compileService(config, site);
    this.body = compileBody(config.withRequestBody, `${path}.with_request_body`);
    this.enabled = runtimeFraction(config.filterEnabled, context.runtime);
    const matcher = config.filterEnabledMetadata;
    this.enabledByMetadata =
      matcher === undefined ? undefined : compileMetadataMatcher(matcher, `${path}.filter_enabled_metadata`);
    this.denyAtDisable = runtimeFlag(config.denyAtDisable, context.runtime, false);
    this.errorStatus = config.statusOnError?.code || FORBIDDEN;
    this.prefix = `http.${statPrefix}.ext_authz.${config.statPrefix === '' ? '' : `${config.statPrefix}.`}`;
    for (const stat of ['ok', 'denied', 'error', 'disabled', 'failure_mode_allowed'])
      context.stats.counter(`${this.prefix}${stat}`);
  }

  onRequest(stream: HttpStream): boolean {
    if (stream.route === undefined) return true;
    const route = routeRules(stream, this.name);
    if (route.disabled) return true;
    if (!this.isEnabled(stream)) return this.passDisabled(stream);
    const settings = route.body === 'off' ? undefined : (route.body ?? this.body);
    const bodiless = stream.upgrade !== '' || (stream.requestDone && stream.bufferedBody().length === 0);
    if (settings === undefined || bodiless)
      return this.check(stream, { body: undefined, partial: false, extensions: route.extensions }, false);
    stream.bufferRequest(settings.max, (whole) => {
      if (!whole && !settings.partial) {
        refuseTooLarge(stream);
        return;
      }
      const body = stream.bufferedBody().subarray(0, settings.max);
      this.check(stream, { body, partial: !whole, extensions: route.extensions }, true);
    });
    return false;
  }

  onResponse(stream: HttpStream): void {
    const changes = this.pending.get(stream);
    const headers = stream.responseHeaders;
    if (changes === undefined || headers === undefined) return;
    for (const change of changes) applyChange(headers, change);
  }

  onDone(stream: HttpStream): void {
    this.pending.delete(stream);
  }

  private isEnabled(stream: HttpStream): boolean {
    if (!happens(this.enabled(), this.site.context.random)) return false;
    return this.enabledByMetadata?.(stream.metadataSet) ?? true;
  }

  private passDisabled(stream: HttpStream): boolean {
    this.count('disabled');
    if (!this.denyAtDisable()) return true;
    stream.localReply(this.errorStatus, '', FLAG.unauthorized, 'ext_authz_error');
    return false;
  }

  /**
   * @param held the request waits already, and goes on by `resume`
   * @returns whether the request may go on at once
   */
  private check(stream: HttpStream, content: CheckContent, held: boolean): boolean {
    let waits = true;
    let resumes = held;
    const call = this.service.check(stream, content, (verdict) =>
      stream.guard(() => {
        waits = false;
        if (this.passes(stream, verdict) && resumes) stream.resume();
      }),
    );
    if (!waits) return !stream.done;
    resumes = true;
    stream.cleanups.push(() => call.cancel());
    return false;
  }

  /** @returns whether the request may go on; otherwise it is answered */
  private passes(stream: HttpStream, verdict: Verdict): boolean {
    if (stream.done) return false;
    if (verdict.kind !== 'error' && verdict.metadata !== undefined)
      stream.metadata.set(this.name, { ...stream.metadata.get(this.name), ...verdict.metadata });
    switch (verdict.kind) {
      case 'ok':
        this.count('ok', stream);
        this.admit(stream, verdict);
        return true;
      case 'denied':
        this.count('denied', stream);
        this.deny(stream, verdict);
        return false;
      case 'error':
        return this.passesWithoutAnswer(stream);
    }
  }

  private admit(stream: HttpStream, verdict: Extract<Verdict, { kind: 'ok' }>): void {
    for (const change of verdict.headers) changeRequest(stream, change);
    for (const name of verdict.remove)
      if (name !== 'host' && !name.startsWith(':')) stream.headers.delete(name.toLowerCase());
    if (verdict.setQuery.length > 0 || verdict.removeQuery.length > 0)
      stream.path = withQueryParameters(stream.path, verdict.setQuery, verdict.removeQuery);
    if (verdict.responseHeaders.length > 0) this.pending.set(stream, verdict.responseHeaders);
    const { headers, remove, setQuery, removeQuery } = verdict;
    const changed = headers.length > 0 || remove.length > 0 || setQuery.length > 0 || removeQuery.length > 0;
    if (this.config.clearRouteCache && changed) stream.refreshRoute();
  }

  private deny(stream: HttpStream, verdict: Extract<Verdict, { kind: 'denied' }>): void {
    const cluster = this.site.clusters.get(stream.clusterName);
    if (cluster !== undefined && (this.config.chargeClusterResponseStats ?? true)) {
      cluster.stats.counters.upstream_rq_completed.value++;
      cluster.stats.codes.charge(verdict.status);
      cluster.stats.internalCodes.charge(verdict.status);
    }
    stream.localReply(verdict.status, verdict.body, FLAG.unauthorized, 'ext_authz_denied', (headers) => {
      for (const { name } of verdict.headers) headers.delete(name);
      for (const { name, value } of verdict.headers) headers.add(name, value);
    });
  }

  private passesWithoutAnswer(stream: HttpStream): boolean {
    this.count('error', stream);
    if (!this.config.failureModeAllow) {
      stream.localReply(this.errorStatus, '', FLAG.unauthorized, 'ext_authz_error');
      return false;
    }
    this.count('failure_mode_allowed', stream);
    if (this.config.failureModeAllowHeaderAdd) stream.headers.add('x-envoy-auth-failure-mode-allowed', 'true');
    return true;
  }

  /** @param stream whose cluster counts, too */
  private count(what: string, stream?: HttpStream): void {
    const { stats } = this.site.context;
    stats.counter(`${this.prefix}${what}`).inc();
    if (stream === undefined || this.site.clusters.get(stream.clusterName) === undefined) return;
    const own = this.config.statPrefix === '' ? '' : `${this.config.statPrefix}.`;
    stats.counter(`cluster.${stream.clusterName}.ext_authz.${own}${what}`).inc();
  }
}

function changeRequest(stream: HttpStream, change: HeaderChange): void {
  switch (change.name) {
    case ':path':
      stream.path = change.value;
      return;
    case ':method':
      stream.method = change.value;
      return;
    case ':authority':
    case 'host':
      stream.host = change.value;
      stream.headers.set('host', change.value);
      return;
    default:
      applyChange(stream.headers, change);
  }
}

function compileService(config: ExtAuthz, { context, clusters, path }: FilterSite): AuthorizationService {
  const client = new ClusterClient(context, clusters);
  const options: CheckOptions = {
    allowed: compilePatterns(config.allowedHeaders, `${path}.allowed_headers`),
    disallowed: compilePatterns(config.disallowedHeaders, `${path}.disallowed_headers`),
    packAsBytes: config.withRequestBody?.packAsBytes ?? false,
    includePeerCertificate: config.includePeerCertificate,
    includeTlsSession: config.includeTlsSession,
    metadataNamespaces: config.metadataContextNamespaces,
    routeMetadataNamespaces: config.routeMetadataContextNamespaces,
  };
  const { services } = config;
  if (services.case === 'httpService')
    return new HttpAuthorization(client, services.value, options, `${path}.http_service`);
  if (services.case !== 'grpcService') throw new ConfigError(path, 'needs grpc_service or http_service');
  const method = compileGrpcMethod(services.value, CHECK, GRPC_TIMEOUT_MS, `${path}.grpc_service`);
  return new GrpcAuthorization(client, method, options);
}
