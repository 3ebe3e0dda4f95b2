import { withoutPort } from '../base/without-port.js';
import { type AttributeBag, canonicalIp, type StringMap, type Value } from '../expr/index.js';
import type { Address } from '../xds/types/gen/envoy/config/core/v3/address_pb.js';
import type { PolicyDirectory } from './directory.js';

/** One request as Envoy tells of it, before its answer or after. Times in milliseconds. */
export interface ToldCall {
  readonly source: Address | undefined;
  readonly destination: Address | undefined;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly scheme: string;
  readonly headers: StringMap;
  readonly id: string;
  /** Since 1970. */
  readonly time_ms: number;
  /** What is known when it is over: `response.code`, `request.size`, … */
  readonly after?: ReadonlyMap<string, Value>;
}

const SOURCE = 'source.';
const DESTINATION = 'destination.';

/** A call's attributes, as our own proxies would give them. */
export class CallAttributes implements AttributeBag {
  private readonly from: ReadonlyMap<string, Value> | undefined;
  private readonly to: ReadonlyMap<string, Value> | undefined;
  private readonly service: string;

  constructor(
    private readonly call: ToldCall,
    directory: PolicyDirectory,
  ) {
    this.from = directory.workloadAt(addressOf(call.source).ip);
    this.to = directory.workloadAt(addressOf(call.destination).ip);
    this.service = directory.serviceOf(this.to, withoutPort(call.host));
  }

  get(name: string): Value | undefined {
    if (name.startsWith(SOURCE)) return this.ofSource(name.slice(SOURCE.length));
    if (name.startsWith(DESTINATION)) return this.ofDestination(name.slice(DESTINATION.length));
    return this.call.after?.get(name) ?? REQUEST[name]?.(this.call);
  }

  private ofSource(name: string): Value | undefined {
    const { ip, port } = addressOf(this.call.source);
    if (name === 'ip') return canonicalIp(ip);
    return name === 'port' ? port : this.from?.get(name);
  }

  private ofDestination(name: string): Value | undefined {
    if (name === 'service' || name === 'service.host') return this.service;
    if (name === 'service.name') return this.service.split('.')[0];
    if (name === 'service.namespace') return this.service.split('.')[1];
    return name === 'port' ? addressOf(this.call.destination).port : this.to?.get(name);
  }
}

const REQUEST: Readonly<Record<string, (call: ToldCall) => Value | undefined>> = {
  'request.headers': ({ headers }) => headers,
  'request.path': ({ path }) => path,
  'request.url_path': ({ path }) => path.split('?', 1)[0],
  'request.method': ({ method }) => method,
  'request.host': ({ host }) => host,
  'request.scheme': ({ scheme }) => scheme,
  'request.useragent': ({ headers }) => headers.get('user-agent'),
  'request.referer': ({ headers }) => headers.get('referer'),
  'request.id': ({ id }) => (id === '' ? undefined : id),
  'request.time': ({ time_ms }) => time_ms,
  'context.time': ({ time_ms }) => time_ms,
  'context.timestamp': ({ time_ms }) => time_ms,
  'context.protocol': ({ headers }) =>
    headers.get('content-type')?.startsWith('application/grpc') === true ? 'grpc' : 'http',
  'context.reporter.kind': () => 'inbound',
  'connection.mtls': () => false,
};

function addressOf(address: Address | undefined): { ip: string; port: number } {
  if (address?.address.case !== 'socketAddress') return { ip: '', port: 0 };
  const { address: ip, portSpecifier } = address.address.value;
  return { ip, port: portSpecifier.case === 'portValue' ? portSpecifier.value : 0 };
}
