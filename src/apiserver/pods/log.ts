import { once } from 'node:events';
import type { LogOptions, PodAccess } from '../../resources/core/pod-access.js';
import type { KubeObject } from '../../resources/object.js';
import type { Call } from '../http/call.js';
import { boolean, given, integer, text } from '../http/query.js';
import { badRequest } from '../status-error.js';
import { accessError } from './access-error.js';
import { addressOf, containerOf } from './containers.js';

/** `GET …/pods/NAME/log`: streams the container's log until it ends or the caller goes. */
export async function serveLog(call: Call, pod: KubeObject, access: PodAccess, now_ms: number): Promise<void> {
  const { response, query } = call;
  const stream = await access.logs(addressOf(pod), logOptions(query, pod, now_ms)).catch((error: unknown) => {
    throw accessError(error);
  });
  response.on('close', () => stream.destroy());
  response.writeHead(200, { 'content-type': 'text/plain' });
  // `logs -f` of a silent container must show the caller that it is connected.
  response.flushHeaders();
  try {
    for await (const chunk of stream) {
      if (!response.write(chunk)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
      if (response.destroyed) return;
    }
    response.end();
  } catch {
    // Headers are out: a broken connection is the only way left to say that the log is not complete.
    response.destroy();
  }
}

function logOptions(query: URLSearchParams, pod: KubeObject, now_ms: number): LogOptions {
  const sinceSeconds = integer(query, 'sinceSeconds');
  const sinceTime = text(query, 'sinceTime');
  const sinceTime_ms = sinceTime === undefined ? undefined : Date.parse(sinceTime);
  if (Number.isNaN(sinceTime_ms))
    throw badRequest(`sinceTime: Invalid value: ${JSON.stringify(sinceTime)}: must be RFC 3339`);
  const tailLines = integer(query, 'tailLines');
  if (tailLines !== undefined && tailLines < 0)
    throw badRequest(`tailLines: Invalid value: ${tailLines}: must be greater than or equal to 0`);
  return {
    container: containerOf(pod, text(query, 'container')),
    ...given({
      follow: boolean(query, 'follow') || undefined,
      previous: boolean(query, 'previous') || undefined,
      timestamps: boolean(query, 'timestamps') || undefined,
      tailLines,
      limitBytes: integer(query, 'limitBytes'),
      sinceTime_ms: sinceTime_ms ?? (sinceSeconds === undefined ? undefined : now_ms - sinceSeconds * 1000),
    }),
  };
}
