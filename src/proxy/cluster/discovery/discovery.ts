import type { Host } from '../host.js';
import type { LevelPolicy } from '../lb/host-level.js';

/** The hosts of a cluster, and what their source says of them as a whole. */
export interface Membership {
  readonly hosts: readonly Host[];
  readonly policy: LevelPolicy;
  /** Part of the requests that is answered here instead of being sent, 0 to 1. */
  readonly drop: number;
}

/** How a cluster learns its hosts. */
export interface Discovery {
  /** Begins; calls back with each new set. */
  start(update: (membership: Membership) => void): void;
  stop(): void;
}
