import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Client, WatchEvent } from '../../client/client.js';
import type { PodObject } from '../../resources/types.js';
import { PODS } from './resources.js';
import { Doubling, sleep } from './retry.js';

const RETRY_FIRST_MS = 200;
const RETRY_LONGEST_MS = 10_000;

export interface PodWatchHandler {
  /** All pods of the node; after every loss of the watch too, so that what was missed is seen. */
  onList(pods: readonly PodObject[]): void;
  onChange(pod: PodObject): void;
  onDelete(pod: PodObject): void;
}

/** Follows the pods that are bound to one node, through any loss of the API server. Ends with the signal. */
export async function watchPods(
  parts: { readonly client: Client; readonly clock: Clock; readonly logger: Logger; readonly nodeName: string },
  handler: PodWatchHandler,
  signal: AbortSignal,
): Promise<void> {
  const { client, clock, logger } = parts;
  const fieldSelector = `spec.nodeName=${parts.nodeName}`;
  const retry = new Doubling(RETRY_FIRST_MS, RETRY_LONGEST_MS);
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await client.list<PodObject>(PODS, undefined, { fieldSelector });
      if (signal.aborted) return;
      retry.reset();
      handler.onList(items);
      await follow(client, { fieldSelector, resourceVersion }, handler, signal);
    } catch (error) {
      logger.warn('the API server does not answer; pods keep running', { error: messageOf(error) });
    }
    await sleep(clock, retry.take_ms(), signal);
  }
}

/** Resolves when the watch ends, for whatever reason. */
function follow(
  client: Client,
  options: { readonly fieldSelector: string; readonly resourceVersion: string },
  handler: PodWatchHandler,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const handle = client.watch<PodObject>(PODS, undefined, options, {
      onEvent: (event) => dispatch(event, handler),
      onEnd: () => {
        signal.removeEventListener('abort', close);
        resolve();
      },
    });
    const close = () => {
      handle.close();
      resolve();
    };
    signal.addEventListener('abort', close, { once: true });
  });
}

function dispatch(event: WatchEvent<PodObject>, handler: PodWatchHandler): void {
  if (event.type === 'BOOKMARK') return;
  if (event.type === 'DELETED') handler.onDelete(event.object);
  else handler.onChange(event.object);
}
