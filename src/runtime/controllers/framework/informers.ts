import type { Clock } from '../../../base/clock.js';
import type { Logger } from '../../../base/logger.js';
import type { Random } from '../../../base/random.js';
import type { Client } from '../../../client/client.js';
import { Informer as ClientInformer } from '../../../client/informer.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';

/** A kind's objects as last seen. They are shared: nobody may change them. */
export type Informer<T extends KubeObject> = Pick<ClientInformer<T>, 'get' | 'list' | 'addHandler' | 'synced'>;

/** One informer for each resource, shared by all who ask. */
export interface Informers {
  informer<T extends KubeObject>(resource: Gvr): Informer<T>;
  /** The resource is served no longer. */
  forget(resource: Gvr): void;
}

/** Starts an informer for a resource when it is first asked for. */
export class SharedInformers implements Informers {
  private readonly informers = new Map<string, ClientInformer>();

  constructor(
    private readonly options: {
      readonly client: Client;
      readonly clock: Clock;
      readonly random: Random;
      readonly logger: Logger;
    },
  ) {}

  informer<T extends KubeObject>(resource: Gvr): Informer<T> {
    const key = keyOf(resource);
    let informer = this.informers.get(key);
    if (!informer) {
      informer = new ClientInformer({ ...this.options, resource });
      this.informers.set(key, informer);
      informer.start();
    }
    return informer as unknown as Informer<T>;
  }

  forget(resource: Gvr): void {
    const key = keyOf(resource);
    this.informers.get(key)?.stop();
    this.informers.delete(key);
  }

  stop(): void {
    for (const informer of this.informers.values()) informer.stop();
  }
}

function keyOf({ group, resource }: Gvr): string {
  return `${group}/${resource}`;
}
