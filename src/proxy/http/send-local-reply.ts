import { HeaderMap } from '../../wire/http1/index.js';
import { isGrpc, makeGrpcReply, statusOfHttp } from './grpc-reply.js';
import type { HttpStream } from './http-stream.js';

/**
 * Answers with a text of ours, rewritten as the connection manager has it and in the client's own way.
 * @param body latin1
 * @param decorate adds fields
 * @param grpcStatus for a client that speaks gRPC; absent: what `status` means there
 */
export function sendLocalReply(
  stream: HttpStream,
  status: number,
  body: string,
  decorate?: (headers: HeaderMap) => void,
  grpcStatus?: number,
): void {
  const headers = new HeaderMap();
  decorate?.(headers);
  stream.localReplyBody = body;
  const { localReply } = stream.manager.options;
  if (localReply === undefined) send(stream, headers, status, body, 'text/plain', grpcStatus);
  else {
    const reply = localReply(stream, headers, status, body);
    send(stream, headers, reply.status, reply.body, reply.contentType, grpcStatus);
  }
}

function send(
  stream: HttpStream,
  headers: HeaderMap,
  status: number,
  body: string,
  contentType: string,
  grpcStatus: number | undefined,
): void {
  if (isGrpc(stream.headers.get('content-type'))) {
    makeGrpcReply(headers, grpcStatus ?? statusOfHttp(status), body);
    stream.respond(200, headers, true);
    return;
  }
  if (body !== '') {
    headers.set('content-length', String(body.length));
    if (!headers.has('content-type')) headers.add('content-type', contentType);
  }
  const end = body === '' || stream.method === 'HEAD';
  stream.respond(status, headers, end);
  if (!end) stream.respondText(body);
}
