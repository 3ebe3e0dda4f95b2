import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { messageOf } from '../../../base/errors.js';
import type { PodAccess, PodAddress } from '../../../resources/core/pod-access.js';

/** Of the sidecar, Trysail's or Envoy's, as Istio has it. */
const ADMIN_PORT = 15_000;
const ANSWER_TIMEOUT_MS = 20_000;
/** A whole configuration of many thousand clusters. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024;

export interface AdminAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: Buffer;
}

/** @throws Error that says why the pod's proxy could not be asked */
export async function askPodAdmin(
  access: Pick<PodAccess, 'connect'>,
  pod: PodAddress,
  { method, path }: { readonly method: string; readonly path: string },
): Promise<AdminAnswer> {
  const connection = (await access.connect(pod, ADMIN_PORT).catch((error: unknown) => {
    throw unreachable(pod, error);
  })) as Duplex;
  // It says that it was broken off when it is, after everything was read.
  connection.on('error', () => {});
  try {
    return await new Promise((resolve, reject) => {
      // The connection is no socket, whose own timeout a request would set.
      const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      // And is not to end with the answer, which would break off where its end comes before its last bytes are read.
      const headers = { host: 'localhost', connection: 'keep-alive' };
      const request = httpRequest({ method, path, headers, signal, createConnection: () => connection });
      request.once('error', reject);
      request.once('response', (response) => void read(response).then(resolve, reject));
      request.end();
    });
  } catch (error) {
    throw unreachable(pod, error);
  } finally {
    connection.destroy();
  }
}

function unreachable({ namespace, name }: PodAddress, error: unknown): Error {
  return new Error(`cannot ask the proxy of pod ${namespace}/${name} at its port ${ADMIN_PORT}: ${messageOf(error)}`);
}

async function read(response: IncomingMessage): Promise<AdminAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > ANSWER_BYTES_MAX) throw new Error(`its answer is larger than ${ANSWER_BYTES_MAX} bytes`);
  }
  const type = response.headers['content-type'] ?? 'text/plain';
  return { status: response.statusCode ?? 0, type, body: Buffer.concat(parts) };
}
