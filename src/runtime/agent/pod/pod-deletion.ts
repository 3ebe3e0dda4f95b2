import { ApiError } from '../../../client/client.js';
import { PODS } from '../../../resources/gvr.js';
import type { PodObject } from '../../../resources/types.js';
import type { AgentParts } from '../agent-parts.js';
import { Doubling, sleep } from '../retry.js';

const RETRY_FIRST_MS = 200;
const RETRY_LONGEST_MS = 5_000;

/** The agent's last word on a pod that was to be deleted: nothing runs any more, the object may go. Tries until it was heard. */
export async function deletePodObject(
  { client, clock }: Pick<AgentParts, 'client' | 'clock'>,
  { metadata: { namespace, name, uid } }: PodObject,
  signal: AbortSignal,
): Promise<void> {
  const retry = new Doubling(RETRY_FIRST_MS, RETRY_LONGEST_MS);
  while (!signal.aborted) {
    try {
      await client.delete(PODS, name, namespace, { gracePeriodSeconds: 0, ...(uid ? { uid } : {}) });
      return;
    } catch (error) {
      // Gone already, or its name belongs to another.
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return;
      await sleep(clock, retry.take_ms(), signal);
    }
  }
}
