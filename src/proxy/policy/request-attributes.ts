import { withoutPort } from '../../base/without-port.js';
import { type AttributeBag, canonicalIp, type StringMap, type Value } from '../../expr/index.js';
import type { HeaderMap } from '../../wire/http1/index.js';
import type { HttpStream } from '../http/http-stream.js';
import type { CurrentPolicy } from './policy-store.js';

const SOURCE = 'source.';
const DESTINATION = 'destination.';

/** The attributes of a request as Istio names them. Nothing is computed before an expression asks for it. */
export class RequestAttributes implements AttributeBag {
  private readonly service: string;

  /** @param source the caller; undefined where the mesh does not know it */
  constructor(
    protected readonly stream: HttpStream,
    private readonly source: ReadonlyMap<string, Value> | undefined,
    private readonly current: CurrentPolicy,
  ) {
    this.service = current.serviceOf(withoutPort(stream.host));
  }

  get(name: string): Value | undefined {
    if (name.startsWith(SOURCE)) return this.ofSource(name.slice(SOURCE.length));
    if (name.startsWith(DESTINATION)) return this.ofDestination(name.slice(DESTINATION.length));
    return REQUEST[name]?.(this.stream);
  }

  private ofSource(name: string): Value | undefined {
    const { remoteAddress, remotePort } = this.stream.socketConnection;
    if (name === 'ip') return canonicalIp(remoteAddress);
    return name === 'port' ? remotePort : this.source?.get(name);
  }

  private ofDestination(name: string): Value | undefined {
    switch (name) {
      case 'service':
      case 'service.host':
        return this.service;
      case 'service.name':
        return this.service.split('.')[0];
      case 'service.namespace':
        return this.service.split('.')[1];
      case 'port':
        return this.stream.connection.localPort;
      default:
        return this.current.destination.get(name);
    }
  }
}

type Read = (stream: HttpStream) => Value | undefined;

const REQUEST: Readonly<Record<string, Read>> = {
  'request.headers': requestHeaders,
  'request.path': ({ path }) => path,
  'request.url_path': ({ path }) => path.split('?', 1)[0],
  'request.method': ({ method }) => method,
  'request.host': ({ host }) => host,
  'request.scheme': ({ scheme }) => scheme,
  'request.useragent': ({ headers }) => headers.get('user-agent'),
  'request.referer': ({ headers }) => headers.get('referer'),
  'request.id': ({ headers }) => headers.get('x-request-id'),
  'request.size': ({ bytesReceived }) => bytesReceived,
  'request.total_size': ({ downstreamBytes }) => downstreamBytes.received,
  'request.time': ({ startWall_ms }) => startWall_ms,
  'response.code': ({ status }) => answered(status),
  'response.size': ({ status, bytesSent }) => (status === 0 ? undefined : bytesSent),
  'response.total_size': ({ status, downstreamBytes }) => (status === 0 ? undefined : downstreamBytes.sent),
  'response.duration': ({ end_ms, start_ms }) => (end_ms === 0 ? undefined : end_ms - start_ms),
  'response.time': ({ end_ms, start_ms, startWall_ms }) =>
    end_ms === 0 ? undefined : startWall_ms + end_ms - start_ms,
  'response.headers': ({ responseHeaders, status }) =>
    responseHeaders === undefined ? undefined : new HeaderView(responseHeaders, [[':status', String(status)]]),
  'connection.mtls': ({ socketConnection }) => socketConnection.tls?.peer !== undefined,
  'connection.id': ({ socketConnection }) => String(socketConnection.id),
  'context.protocol': ({ headers }) => (headers.get('content-type')?.startsWith('application/grpc') ? 'grpc' : 'http'),
  'context.time': ({ startWall_ms }) => startWall_ms,
  'context.timestamp': ({ startWall_ms }) => startWall_ms,
  'context.reporter.kind': () => 'inbound',
};

function answered(status: number): number | undefined {
  return status === 0 ? undefined : status;
}

function requestHeaders({ headers, path, method, host }: HttpStream): StringMap {
  return new HeaderView(headers, [
    [':path', path],
    [':method', method],
    [':authority', host],
  ]);
}

/** Fields and pseudo headers as one map. */
class HeaderView implements StringMap {
  constructor(
    private readonly headers: HeaderMap,
    private readonly pseudo: readonly (readonly [string, string])[],
  ) {}

  get(name: string): string | undefined {
    if (name.charCodeAt(0) === 58) return this.pseudo.find(([key]) => key === name)?.[1];
    return this.headers.get(name);
  }

  *entries(): Iterable<readonly [string, string]> {
    yield* this.pseudo;
    const fields: [string, string][] = [];
    this.headers.forEach((name, value) => {
      fields.push([name, value]);
    });
    yield* fields;
  }
}
