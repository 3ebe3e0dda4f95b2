import http2 from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Probe } from 'kubernetes-types/core/v1.js';
import { messageOf } from '../../../base/errors.js';

const METHOD = '/grpc.health.v1.Health/Check';
const FRAME_HEAD_BYTES = 5;
const ANSWER_BYTES_MAX = 4096;
const UNIMPLEMENTED = 12;
/** HealthCheckResponse.ServingStatus. */
const STATUS_NAMES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];
const SERVING = 1;

interface Answer {
  /** grpc-status. */
  readonly code: number;
  readonly message: string;
  readonly body: Buffer;
}

/**
 * Asks a program by gRPC's health protocol (grpc.health.v1), over HTTP/2 without TLS.
 * @param plain connected; destroyed at the end
 * @returns why it is not well, in kubelet's words; undefined where it is
 */
export async function grpcFailure(
  { service }: NonNullable<Probe['grpc']>,
  plain: Duplex,
  authority: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const session = http2.connect(`http://${authority}`, { createConnection: () => plain });
  try {
    const { code, message, body } = await ask(session, healthRequest(service ?? ''), signal);
    if (code === UNIMPLEMENTED) {
      return `error: this server does not implement the grpc health protocol (grpc.health.v1.Health): ${message}`;
    }
    if (code !== 0) return `error: health rpc probe failed: rpc error: code = ${code} desc = ${message}`;
    const status = servingStatus(body);
    return status === SERVING
      ? undefined
      : `service unhealthy (responded with ${JSON.stringify(STATUS_NAMES[status] ?? String(status))})`;
  } catch (error) {
    return signal.aborted
      ? 'timeout: health rpc did not complete in time'
      : `error: health rpc probe failed: ${messageOf(error)}`;
  } finally {
    session.destroy();
    plain.destroy();
  }
}

function ask(session: http2.ClientHttp2Session, body: Buffer, signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve, reject) => {
    session.once('error', reject);
    const stream = session.request(
      {
        ':method': 'POST',
        ':path': METHOD,
        'content-type': 'application/grpc',
        te: 'trailers',
        'user-agent': 'kube-probe/1.32',
      },
      { signal },
    );
    const chunks: Buffer[] = [];
    let length = 0;
    let fields: http2.IncomingHttpHeaders = {};
    stream.on('response', (headers) => {
      fields = headers;
    });
    stream.on('trailers', (trailers) => {
      fields = { ...fields, ...trailers };
    });
    stream.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= ANSWER_BYTES_MAX) chunks.push(chunk);
    });
    stream.once('error', reject);
    stream.once('end', () => {
      const code = Number(fields['grpc-status'] ?? NaN);
      if (Number.isNaN(code)) reject(new Error(`the answer has no grpc-status (status ${fields[':status']})`));
      else resolve({ code, message: String(fields['grpc-message'] ?? ''), body: Buffer.concat(chunks) });
    });
    stream.end(body);
  });
}

/** HealthCheckRequest { string service = 1 } in its frame. A name is at most 127 bytes long. */
function healthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** HealthCheckResponse { ServingStatus status = 1 }: absent is 0. */
function servingStatus(body: Buffer): number {
  const message = body.subarray(FRAME_HEAD_BYTES);
  return message[0] === 0x08 ? (message[1] ?? 0) : 0;
}
