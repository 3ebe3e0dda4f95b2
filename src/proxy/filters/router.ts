import { type Router, RouterSchema } from '../../xds/types/gen/envoy/extensions/filters/http/router/v3/router_pb.js';
import type { ClusterLookup } from '../cluster/cluster-lookup.js';
import { unpack } from '../config/registry.js';
import type { HttpFilter } from '../http/http-filter.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import { happens } from '../matching/fraction.js';
import type { ForwardAction } from '../route/route-action.js';
import { dropsForOverload } from '../router/drop-overload.js';
import { RequestChoice } from '../router/request-choice.js';
import { RoutedRequest } from '../router/routed-request.js';
import type { RouterOptions } from '../router/router-options.js';
import { ShadowRequest, shadowHost } from '../router/shadow-request.js';
import { compileStrictHeaders, type StrictHeaderCheck } from '../router/strict-headers.js';
import { timeoutsOf } from '../router/timeouts.js';
import type { MakeFilter } from './http-filter-kind.js';

/** `envoy.filters.http.router`: sends the request where its route says. */
export class RouterFilter implements HttpFilter {
  static readonly make: MakeFilter = (config, { name, clusters, path }) =>
    new RouterFilter(name, unpack(config, RouterSchema), clusters, path);

  private readonly options: RouterOptions;
  private readonly checkHeaders: StrictHeaderCheck | undefined;

  private constructor(
    readonly name: string,
    config: Router,
    private readonly clusters: ClusterLookup,
    path: string,
  ) {
    this.options = {
      suppressEnvoyHeaders: config.suppressEnvoyHeaders,
      startChildSpan: config.startChildSpan,
      respectsExpectedTimeout: config.respectExpectedRqTimeout,
    };
    this.checkHeaders = compileStrictHeaders(config.strictCheckHeaders, `${path}.strict_check_headers`);
  }

  onRequest(stream: HttpStream): boolean {
    if (this.checkHeaders !== undefined && !this.checkHeaders(stream)) return false;
    const { route } = stream;
    const { stats } = stream.manager;
    if (route === undefined) {
      stats.counter('no_route').inc();
      stream.localReply(404, '', FLAG.noRoute, 'route_not_found');
      return false;
    }
    const { action } = route;
    if (action.kind === 'redirect') {
      stats.counter('rq_direct_response').inc(); // Envoy's name for both kinds
      const location = action.location(stream);
      stream.localReply(action.status, '', 0, 'direct_response', (headers) => {
        headers.add('location', location);
        route.mutateResponse?.(headers, stream);
      });
    } else if (action.kind === 'direct') {
      stats.counter('rq_direct_response').inc();
      stream.localReply(action.status, action.body, 0, 'direct_response', (headers) => {
        const created = action.status === 201 || Math.floor(action.status / 100) === 3;
        if (created) headers.add('location', `${stream.scheme}://${stream.host}${stream.path}`);
        route.mutateResponse?.(headers, stream);
      });
    } else {
      this.forward(stream, action);
    }
    return false;
  }

  private forward(stream: HttpStream, action: ForwardAction): void {
    const { choice } = stream;
    const cluster = choice === undefined ? undefined : this.clusters.get(choice.name);
    if (cluster === undefined) {
      stream.clusterName = '';
      stream.manager.stats.counter('no_cluster').inc();
      stream.localReply(action.notFoundStatus, '', FLAG.noCluster, 'cluster_not_found');
      return;
    }
    stream.manager.requestTotal.value++;
    if (cluster.dropOverload > 0 && dropsForOverload(stream, cluster, this.options.suppressEnvoyHeaders)) return;
    const timeouts = timeoutsOf(stream, action, this.options.respectsExpectedTimeout);
    choice!.mutateRequest?.(stream.headers, stream);
    this.rewrite(stream, action);
    const shadows = this.shadows(stream, action, timeouts.global_ms);
    const request = new RoutedRequest(stream, action, cluster, timeouts, this.options, shadows);
    stream.takeBody(request);
    request.start();
    for (const shadow of shadows) shadow.start();
  }

  private rewrite(stream: HttpStream, action: ForwardAction): void {
    const weighted = stream.choice!.hostRewrite;
    if (weighted !== undefined && weighted !== '') this.setHost(stream, weighted);
    const host = action.rewriteHost?.(stream);
    if (host !== undefined && host !== '') {
      if (action.appendXForwardedHost) appendForwardedHost(stream);
      if (!this.options.suppressEnvoyHeaders) stream.headers.set('x-envoy-original-host', stream.host);
      this.setHost(stream, host);
    }
    if (action.rewritePath === undefined) return;
    if (!this.options.suppressEnvoyHeaders) stream.headers.set('x-envoy-original-path', stream.path);
    stream.path = action.rewritePath(stream.path);
  }

  private setHost(stream: HttpStream, host: string): void {
    stream.host = host;
    stream.headers.set('host', host);
  }

  private shadows(stream: HttpStream, action: ForwardAction, timeout_ms: number): readonly ShadowRequest[] {
    if (action.mirrors.length === 0) return NONE;
    const shadows: ShadowRequest[] = [];
    for (const mirror of action.mirrors) {
      const name = mirror.cluster || stream.headers.get(mirror.clusterHeader);
      const cluster = name === undefined ? undefined : this.clusters.get(name);
      if (cluster === undefined || !happens(mirror.fraction(), stream.manager.context.random)) continue;
      const host = cluster.choose(RequestChoice.of(stream, action, cluster, false));
      if (host === undefined) continue;
      const authority = mirror.keepHost ? stream.host : shadowHost(stream.host);
      shadows.push(new ShadowRequest(stream, cluster, host, authority, timeout_ms));
    }
    return shadows;
  }
}

const NONE: readonly ShadowRequest[] = [];

function appendForwardedHost({ headers, host }: HttpStream): void {
  const before = headers.get('x-forwarded-host');
  headers.set('x-forwarded-host', before === undefined ? host : `${before},${host}`);
}
