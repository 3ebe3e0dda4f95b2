import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Informer } from '../../client/informer.js';
import { STOPPED_ANNOTATION } from '../../resources/core/node/stopped.js';
import type { NodeObject } from '../../resources/types.js';
import type { NodeAgent } from '../../runtime/agent/node-agent.js';

export interface SwitchedAgentOptions {
  readonly make: () => Pick<NodeAgent, 'start' | 'stop' | 'find'>;
  /** Of the one Node object; its owner starts and stops it. */
  readonly node: Pick<Informer<NodeObject>, 'addHandler'>;
  readonly logger: Logger;
}

/**
 * A node that can be switched off by a mark on its Node object, as a machine that fails: its pods end, and nobody hears of it any
 * more. What follows is the control plane's business.
 */
export class SwitchedAgent {
  private agent: ReturnType<SwitchedAgentOptions['make']> | undefined;
  private wanted = true;
  private ended = false;
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: SwitchedAgentOptions) {}

  /** Resolves when the node can run pods. */
  async start(): Promise<void> {
    await this.turn();
    const look = ({ metadata }: NodeObject) => {
      this.wanted = metadata.annotations?.[STOPPED_ANNOTATION] !== 'true';
      this.turn().catch((error: unknown) =>
        this.options.logger.error('node not switched', { error: messageOf(error) }),
      );
    };
    this.options.node.addHandler({ onAdd: look, onUpdate: look });
  }

  async stop(): Promise<void> {
    this.ended = true;
    await this.turn();
  }

  find(...address: Parameters<NodeAgent['find']>): ReturnType<NodeAgent['find']> {
    return this.agent?.find(...address);
  }

  /** One after another: what is wanted when its turn comes counts. */
  private turn(): Promise<void> {
    const next = this.working.catch(() => {}).then(() => this.follow());
    this.working = next;
    return next;
  }

  private async follow(): Promise<void> {
    const isOn = this.agent !== undefined;
    const wanted = this.wanted && !this.ended;
    if (wanted === isOn) return;
    if (wanted) {
      const agent = this.options.make();
      await agent.start();
      this.agent = agent;
    } else {
      await this.agent?.stop();
      this.agent = undefined;
    }
  }
}
