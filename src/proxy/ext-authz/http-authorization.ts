import type { JsonObject } from '@bufbuild/protobuf';
import { HeaderMap } from '../../wire/http1/index.js';
import type { HttpService } from '../../xds/types/gen/envoy/extensions/filters/http/ext_authz/v3/ext_authz_pb.js';
import type { ListStringMatcher } from '../../xds/types/gen/envoy/type/matcher/v3/string_pb.js';
import { milliseconds } from '../config/duration.js';
import { ConfigError } from '../errors.js';
import { compileFormat, type Formatter } from '../format/formatter.js';
import type { HttpStream } from '../http/http-stream.js';
import type { TextPredicate } from '../matching/regex.js';
import { compileStringMatcher } from '../matching/string-matcher.js';
import type { ClientResult, ClusterClient, PendingCall } from '../router/cluster-client.js';
import type { AuthorizationService } from './authorization-service.js';
import { type CheckContent, type CheckOptions, PARTIAL_BODY } from './check-request.js';
import type { HeaderChange, Verdict } from './verdict.js';

/** What a service is always told, and what a client is told of a refusal when patterns are given. */
const ALWAYS_SENT: ReadonlySet<string> = new Set(['authorization']);
const ALWAYS_RETURNED: ReadonlySet<string> = new Set(['content-length', 'www-authenticate', 'location']);
/** Names, with commas between, of fields that the service takes out of the request. */
const TO_REMOVE = 'x-envoy-auth-headers-to-remove';

/** A service that answers 200 to what may pass. */
export class HttpAuthorization implements AuthorizationService {
  private readonly cluster: string;
  private readonly timeout_ms: number;
  private readonly prefix: string;
  private readonly added: readonly (readonly [name: string, format: Formatter])[];
  private readonly sent: readonly TextPredicate[];
  private readonly upstream: readonly TextPredicate[];
  private readonly upstreamAppended: readonly TextPredicate[];
  private readonly client: readonly TextPredicate[];
  private readonly clientOnSuccess: readonly TextPredicate[];
  private readonly metadata: readonly TextPredicate[];

  /** @throws ConfigError */
  constructor(
    private readonly sender: ClusterClient,
    config: HttpService,
    private readonly options: CheckOptions,
    path: string,
  ) {
    const { serverUri: uri, authorizationRequest: request, authorizationResponse: response } = config;
    if (uri?.httpUpstreamType.case !== 'cluster') throw new ConfigError(`${path}.server_uri`, 'must name a cluster');
    this.cluster = uri.httpUpstreamType.value;
    this.timeout_ms = milliseconds(uri.timeout, 0);
    this.prefix = config.pathPrefix;
    const at = `${path}.authorization_request`;
    this.added =
      request?.headersToAdd.map(({ key, value }, i) => [
        key.toLowerCase(),
        compileFormat(value, `${at}.headers_to_add[${i}].value`, ''),
      ]) ?? [];
    this.sent = [...options.allowed, ...compilePatterns(request?.allowedHeaders, `${at}.allowed_headers`)];
    const answer = `${path}.authorization_response`;
    this.upstream = compilePatterns(response?.allowedUpstreamHeaders, `${answer}.allowed_upstream_headers`);
    const appended = response?.allowedUpstreamHeadersToAppend;
    this.upstreamAppended = compilePatterns(appended, `${answer}.allowed_upstream_headers_to_append`);
    this.client = compilePatterns(response?.allowedClientHeaders, `${answer}.allowed_client_headers`);
    const success = response?.allowedClientHeadersOnSuccess;
    this.clientOnSuccess = compilePatterns(success, `${answer}.allowed_client_headers_on_success`);
    const metadata = response?.dynamicMetadataFromHeaders;
    this.metadata = compilePatterns(metadata, `${answer}.dynamic_metadata_from_headers`);
  }

  check(stream: HttpStream, content: CheckContent, done: (verdict: Verdict) => void): PendingCall {
    const request = {
      method: stream.method,
      path: `${this.prefix}${stream.path}`,
      authority: stream.host,
      headers: this.headersOf(stream, content),
      body: content.body ?? EMPTY,
      hidesMachine: true,
    };
    return this.sender.send(this.cluster, request, this.timeout_ms, (result) => done(this.verdictOf(result)));
  }

  private headersOf(stream: HttpStream, content: CheckContent): HeaderMap {
    const headers = new HeaderMap();
    stream.headers.forEach((name, value) => {
      if (name === 'host' || name === 'content-length') return;
      if (this.options.disallowed.some((matches) => matches(name))) return;
      if (ALWAYS_SENT.has(name) || this.sent.some((matches) => matches(name))) headers.add(name, value);
    });
    if (content.body !== undefined) headers.set(PARTIAL_BODY, String(content.partial));
    for (const [name, format] of this.added) headers.set(name, format(stream));
    return headers;
  }

  private verdictOf(result: ClientResult): Verdict {
    if (result.kind === 'failure' || result.status >= 500) return { kind: 'error' };
    const metadata = this.metadataOf(result.headers);
    if (result.status !== 200) {
      const { status, body, headers } = result;
      return { kind: 'denied', status, body: body.toString('latin1'), headers: this.ofRefusal(headers), metadata };
    }
    const { headers } = result;
    const remove = headers.get(TO_REMOVE)?.split(',') ?? [];
    headers.delete(TO_REMOVE);
    return {
      kind: 'ok',
      headers: [...picked(headers, this.upstream, 'set'), ...picked(headers, this.upstreamAppended, 'add')],
      remove: remove.map((name) => name.trim().toLowerCase()).filter((name) => name !== ''),
      responseHeaders: picked(headers, this.clientOnSuccess, 'add'),
      setQuery: [],
      removeQuery: [],
      metadata,
    };
  }

  private ofRefusal(headers: HeaderMap): readonly HeaderChange[] {
    const returned: TextPredicate[] =
      this.client.length === 0 ? [(name) => name !== 'host'] : [(name) => ALWAYS_RETURNED.has(name), ...this.client];
    return picked(headers, returned, 'add');
  }

  private metadataOf(headers: HeaderMap): JsonObject | undefined {
    const found = picked(headers, this.metadata, 'set');
    return found.length === 0 ? undefined : Object.fromEntries(found.map(({ name, value }) => [name, value]));
  }
}

/** @throws ConfigError */
export function compilePatterns(list: ListStringMatcher | undefined, path: string): readonly TextPredicate[] {
  return list?.patterns.map((pattern, i) => compileStringMatcher(pattern, `${path}.patterns[${i}]`)) ?? [];
}

function picked(
  headers: HeaderMap,
  patterns: readonly TextPredicate[],
  action: HeaderChange['action'],
): readonly HeaderChange[] {
  const found: HeaderChange[] = [];
  if (patterns.length === 0) return found;
  headers.forEach((name, value) => {
    if (patterns.some((matches) => matches(name))) found.push({ name, value, action });
  });
  return found;
}

const EMPTY = new Uint8Array(0);
