import type { ClientHttp2Session, ClientHttp2Stream } from 'node:http2';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { TYPE_URL } from '../../src/xds/server/source.js';
import { NodeSchema } from '../../src/xds/types/gen/envoy/config/core/v3/base_pb.js';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from '../../src/xds/types/gen/envoy/service/discovery/v3/discovery_pb.js';
import type { ProxySpec } from './messages.js';

const PATH = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const HEADER_BYTES = 5;

/** An ADS client that takes and acknowledges everything, and asks for what the answers refer to, as a proxy does. */
export class SimulatedProxy {
  /** Responses had of each type. */
  readonly responses = new Map<string, number>();
  resources = 0;
  private readonly stream: ClientHttp2Stream;
  private readonly endpoints = new Set<string>();
  private readonly routes = new Set<string>();
  private readonly received: Buffer[] = [];
  private received_bytes = 0;

  constructor(
    session: ClientHttp2Session,
    { id, labels }: ProxySpec,
    private readonly onResponse: (typeUrl: string) => void,
  ) {
    this.stream = session.request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    this.stream.on('data', (bytes: Buffer) => this.read(bytes));
    this.stream.on('error', (error) => process.stderr.write(`${id}: ${error.message}\n`));
    const node = create(NodeSchema, { id, metadata: { LABELS: labels } });
    this.send({ typeUrl: TYPE_URL.cluster, resourceNamesSubscribe: ['*'], node });
    this.send({ typeUrl: TYPE_URL.listener, resourceNamesSubscribe: ['*'] });
  }

  private send(request: Partial<Omit<DeltaDiscoveryRequest, '$typeName' | '$unknown'>>): void {
    const body = toBinary(DeltaDiscoveryRequestSchema, create(DeltaDiscoveryRequestSchema, request));
    const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length);
    frame[0] = 0;
    frame.writeUInt32BE(body.length, 1);
    frame.set(body, HEADER_BYTES);
    this.stream.write(frame);
  }

  private read(bytes: Buffer): void {
    this.received.push(bytes);
    this.received_bytes += bytes.length;
    for (;;) {
      const [first] = this.received;
      if (first === undefined || this.received_bytes < HEADER_BYTES) return;
      const head = first.length >= HEADER_BYTES ? first : Buffer.concat(this.received);
      const end = HEADER_BYTES + head.readUInt32BE(1);
      if (this.received_bytes < end) return;
      const whole = this.received.length === 1 ? first : Buffer.concat(this.received);
      this.received.length = 0;
      if (whole.length > end) this.received.push(whole.subarray(end));
      this.received_bytes = whole.length - end;
      this.take(whole.subarray(HEADER_BYTES, end));
    }
  }

  private take(body: Uint8Array): void {
    const { typeUrl, nonce, resources } = fromBinary(DeltaDiscoveryResponseSchema, body);
    this.resources += resources.length;
    this.responses.set(typeUrl, (this.responses.get(typeUrl) ?? 0) + 1);
    this.send({ typeUrl, responseNonce: nonce });
    const names = resources.map(({ name }) => name);
    if (typeUrl === TYPE_URL.cluster) {
      this.subscribe(
        TYPE_URL.endpoint,
        this.endpoints,
        names.filter((name) => name.startsWith('outbound|')),
      );
    }
    if (typeUrl === TYPE_URL.listener) {
      const ports = names.filter((name) => name.startsWith('0.0.0.0_')).map((name) => name.slice('0.0.0.0_'.length));
      this.subscribe(TYPE_URL.route, this.routes, ports);
    }
    this.onResponse(typeUrl);
  }

  private subscribe(typeUrl: string, known: Set<string>, names: readonly string[]): void {
    const fresh = names.filter((name) => !known.has(name));
    for (const name of fresh) known.add(name);
    if (fresh.length > 0) this.send({ typeUrl, resourceNamesSubscribe: [...fresh] });
  }
}
