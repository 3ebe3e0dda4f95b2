import { aggregated, coreVersions, groupList, groupOf, resourceList } from '../discovery/discovery.js';
import type { KindTable } from '../kind-table.js';
import type { OpenApi } from '../openapi/openapi.js';
import { OPENAPI_V2_TYPE } from '../openapi/v2-protobuf.js';
import { noSuchPath } from '../status-error.js';
import type { Call } from './call.js';
import { aggregatedDiscoveryVersion, negotiate } from './negotiation.js';
import { sendJson, sendText } from './respond.js';

/** What `kubectl version` shows of the server. */
export interface VersionInfo {
  readonly major: string;
  readonly minor: string;
  /** `v1.32.0+trysail-0.1.0` */
  readonly gitVersion: string;
}

/** The documents that describe the server: discovery, OpenAPI, version, health. */
export class DocumentHandler {
  constructor(
    private readonly kinds: KindTable,
    private readonly openApi: OpenApi,
    private readonly version: VersionInfo,
  ) {}

  /** @returns false where the path is none of its */
  handle(call: Call, segments: readonly string[]): boolean {
    const [first = '', second, third] = segments;
    if (['healthz', 'livez', 'readyz'].includes(first)) sendText(call.response, 200, 'ok');
    else if (first === 'version') this.sendVersion(call);
    else if (first === 'openapi') this.sendOpenApi(call, segments);
    else if (first === '')
      sendJson(call.response, 200, {
        paths: ['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version'],
      });
    else if (first === 'api' && third === undefined) this.sendCore(call, second);
    else if (first === 'apis' && segments.length <= 3) this.sendGroups(call, second, third);
    else return false;
    return true;
  }

  private sendVersion({ response }: Call): void {
    sendJson(response, 200, {
      ...this.version,
      gitCommit: '',
      gitTreeState: '',
      buildDate: '',
      goVersion: '',
      compiler: '',
      platform: `${process.platform}/${process.arch}`,
    });
  }

  private sendCore(call: Call, version: string | undefined): void {
    if (version !== undefined) this.sendResources(call, '', version);
    else if (!this.sendAggregated(call, true)) {
      sendJson(call.response, 200, coreVersions(this.kinds, call.request.headers.host ?? ''));
    }
  }

  private sendGroups(call: Call, group: string | undefined, version: string | undefined): void {
    if (group === undefined) {
      if (!this.sendAggregated(call, false)) sendJson(call.response, 200, groupList(this.kinds));
    } else if (version === undefined) {
      const found = groupOf(this.kinds, group);
      if (!found) throw noSuchPath();
      sendJson(call.response, 200, found);
    } else {
      this.sendResources(call, group, version);
    }
  }

  private sendResources({ response }: Call, group: string, version: string): void {
    const list = resourceList(this.kinds, group, version);
    if (!list) throw noSuchPath();
    sendJson(response, 200, list);
  }

  private sendAggregated({ request, response }: Call, core: boolean): boolean {
    const version = aggregatedDiscoveryVersion(request.headers.accept);
    if (!version) {
      negotiate(request.headers.accept);
      return false;
    }
    const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    sendJson(response, 200, aggregated(this.kinds, core, `apidiscovery.k8s.io/${version}`), type);
    return true;
  }

  private sendSwagger({ request, response }: Pick<Call, 'request' | 'response'>): void {
    if (!request.headers.accept?.includes('protobuf')) {
      sendJson(response, 200, this.openApi.swagger());
      return;
    }
    const document = this.openApi.swaggerProtobuf();
    response.writeHead(200, { 'content-type': OPENAPI_V2_TYPE, 'content-length': document.length }).end(document);
  }

  private sendOpenApi({ request, response, query }: Call, segments: readonly string[]): void {
    if (segments[1] === 'v2') {
      this.sendSwagger({ request, response });
      return;
    }
    if (segments[1] !== 'v3') throw noSuchPath();
    if (segments.length === 2) {
      sendJson(response, 200, this.openApi.index());
      return;
    }
    const [group, version] = segments[2] === 'api' ? ['', segments[3]] : [segments[3], segments[4]];
    const document = this.openApi.document(group ?? '', version ?? '');
    if (!document) throw noSuchPath();
    const etag = `"${document.hash}"`;
    response.setHeader('etag', etag);
    response.setHeader('vary', 'Accept');
    if (query.get('hash') === document.hash) response.setHeader('cache-control', 'public, immutable');
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else sendJson(response, 200, document.json);
  }
}
