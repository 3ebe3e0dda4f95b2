import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2';
import type { HealthCheck_GrpcHealthCheck } from '../../xds/types/gen/envoy/config/core/v3/health_check_pb.js';
import type { Host } from '../cluster/host.js';
import type { Http2Answer, Http2Question } from './http2-probe.js';
import { FAILURE, type ProbeOutcome, SUCCESS } from './probe.js';

const BODY_LIMIT = 1024;
const FRAME_HEAD_BYTES = 5;
/** `HealthCheckResponse.ServingStatus.SERVING` of grpc.health.v1, as field 1. */
const SERVING = Buffer.from([0x08, 0x01]);

/** `grpc.health.v1.Health/Check`. */
export class GrpcQuestion implements Http2Question {
  readonly body: Buffer;
  readonly bodyLimit = BODY_LIMIT;
  private readonly authority: string;
  private readonly metadata: readonly (readonly [string, string])[];

  constructor(config: HealthCheck_GrpcHealthCheck, cluster: string) {
    this.authority = config.authority || cluster;
    this.body = frame(config.serviceName);
    this.metadata = config.initialMetadata.map(({ header }) => [header?.key.toLowerCase() ?? '', header?.value ?? '']);
  }

  headers(host: Host): OutgoingHttpHeaders {
    return {
      ':method': 'POST',
      ':path': '/grpc.health.v1.Health/Check',
      ':scheme': 'http',
      ':authority': host.checkHostname || this.authority,
      te: 'trailers',
      'content-type': 'application/grpc',
      'user-agent': 'Envoy/HC',
      ...Object.fromEntries(this.metadata),
    };
  }

  judge({ headers, trailers, body }: Http2Answer): ProbeOutcome {
    if (Number(headers[':status']) !== 200 || grpcStatus(headers, trailers) !== '0') return FAILURE;
    if (body.length < FRAME_HEAD_BYTES || body[0] !== 0) return FAILURE;
    const message = body.subarray(FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + body.readUInt32BE(1));
    return message.equals(SERVING) ? SUCCESS : FAILURE;
  }
}

function grpcStatus(headers: IncomingHttpHeaders, trailers: IncomingHttpHeaders): unknown {
  return trailers['grpc-status'] ?? headers['grpc-status'];
}

/** `HealthCheckRequest { service = 1 }` as one message of gRPC. */
function frame(service: string): Buffer {
  const name = Buffer.from(service, 'utf8');
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]);
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  return Buffer.from([...bytes, left]);
}
