import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import type { Client } from '../../client/client.js';
import { Informer } from '../../client/informer.js';
import type { Gvr } from '../../resources/object.js';

export interface ObjectFollowerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

interface Followed {
  readonly informer: Informer;
  readonly listeners: Set<() => void>;
}

/** Tells when single objects change. Each is watched once, by its name, however many pods use it: others cost nothing. */
export class ObjectFollower {
  private readonly followed = new Map<string, Followed>();

  constructor(private readonly options: ObjectFollowerOptions) {}

  /** @returns ends it */
  follow(resource: Gvr, namespace: string, name: string, listener: () => void): () => void {
    const key = `${resource.resource}/${namespace}/${name}`;
    let found = this.followed.get(key);
    if (!found) {
      found = this.watch(resource, namespace, name);
      this.followed.set(key, found);
    }
    const { listeners, informer } = found;
    // Of its own: two pods may give the same function.
    const own = () => listener();
    listeners.add(own);
    return () => {
      listeners.delete(own);
      if (listeners.size > 0 || this.followed.get(key)?.listeners !== listeners) return;
      this.followed.delete(key);
      informer.stop();
    };
  }

  stop(): void {
    for (const { informer } of this.followed.values()) informer.stop();
    this.followed.clear();
  }

  private watch(resource: Gvr, namespace: string, name: string): Followed {
    const fieldSelector = `metadata.name=${name}`;
    const informer = new Informer({ ...this.options, resource, namespace, fieldSelector });
    const listeners = new Set<() => void>();
    const tell = () => {
      for (const listener of listeners) listener();
    };
    informer.addHandler({ onAdd: tell, onUpdate: tell, onDelete: tell });
    informer.start();
    return { informer, listeners };
  }
}
