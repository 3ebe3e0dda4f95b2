import type { PodStatus } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { ApiError, type Client } from '../../client/client.js';
import { PODS } from '../../resources/gvr.js';
import { Doubling, sleep } from './retry.js';

const RETRY_FIRST_MS = 200;
const RETRY_LONGEST_MS = 5_000;

export interface StatusSubject {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  status(): PodStatus;
}

/** Fields that merge patch would leave as they were when a new status lacks them. */
const OPTIONAL_FIELDS = ['reason', 'message', 'initContainerStatuses'] as const;

/** Sends one pod's status, the newest only, one call at a time, until the API server has it. */
export class StatusWriter {
  private dirty = false;
  private sending: Promise<void> | undefined;
  private lastSent = '';

  constructor(
    private readonly parts: { readonly client: Client; readonly clock: Clock; readonly logger: Logger },
    private readonly subject: StatusSubject,
    private readonly signal: AbortSignal,
  ) {}

  /** Says that the status may have changed. Changes within one turn become one call. */
  changed(): void {
    this.dirty = true;
    this.sending ??= this.send();
  }

  /** Resolves when what was changed so far is stored, or never will be. */
  async flushed(): Promise<void> {
    while (this.sending) await this.sending;
  }

  private async send(): Promise<void> {
    const retry = new Doubling(RETRY_FIRST_MS, RETRY_LONGEST_MS);
    await Promise.resolve();
    while (this.dirty && !this.signal.aborted) {
      this.dirty = false;
      try {
        await this.sendOnce();
        retry.reset();
      } catch (error) {
        // The pod is gone or another has its name: nobody is left to tell.
        if (error instanceof ApiError && (error.status === 404 || error.status === 409)) break;
        this.parts.logger.debug('status not written', { pod: this.subject.name, error: messageOf(error) });
        this.dirty = true;
        await sleep(this.parts.clock, retry.take_ms(), this.signal);
      }
    }
    // In the turn that found nothing to do: a change that comes next starts anew.
    this.sending = undefined;
  }

  private async sendOnce(): Promise<void> {
    const { namespace, name, uid } = this.subject;
    const status = this.subject.status();
    const text = JSON.stringify(status);
    if (text === this.lastSent) return;
    const cleared = Object.fromEntries(OPTIONAL_FIELDS.map((field) => [field, null]));
    const body = { metadata: { uid }, status: { ...cleared, ...status } };
    await this.parts.client.patch(PODS, name, namespace, { type: 'merge', body, subresource: 'status' });
    this.lastSent = text;
  }
}
