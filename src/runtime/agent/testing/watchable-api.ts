import type { Clock } from '../../../base/clock.js';
import {
  ApiError,
  type ListOptions,
  type ObjectList,
  type WatchHandle,
  type WatchHandler,
} from '../../../client/client.js';
import { PODS } from '../../../resources/gvr.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import type { PodObject } from '../../../resources/types.js';
import { FakeApi } from '../../controllers/testing/fake-api.js';

/** The controllers' fake API with a watch on pods, and a switch for its absence. */
export class WatchableApi extends FakeApi {
  private readonly watchers = new Set<WatchHandler<PodObject>>();
  private away = false;
  private lastDelivered = 0;

  constructor(clock: Clock) {
    super(clock);
    this.beforeWrite = () => this.assertPresent();
    const deliver = this.informers.deliver.bind(this.informers);
    this.informers.deliver = (resource, object, deleted) => {
      deliver(resource, object, deleted);
      if (resource.resource !== 'pods') return;
      this.lastDelivered = Number(object.metadata.resourceVersion) + (deleted ? 1 : 0);
      const type = deleted ? 'DELETED' : 'MODIFIED';
      for (const watcher of this.watchers) watcher.onEvent({ type, object: structuredClone(object) as PodObject });
    };
  }

  /** While it is away every call fails and no watch lives. */
  setAway(away: boolean): void {
    this.away = away;
    if (!away) return;
    for (const watcher of this.watchers) watcher.onEnd(new ApiError(503, 'ServiceUnavailable', 'connection refused'));
    this.watchers.clear();
  }

  override async list<T extends KubeObject>(
    resource: Gvr,
    namespace?: string,
    options: ListOptions = {},
  ): Promise<ObjectList<T>> {
    this.assertPresent();
    const all = await super.list<T>(resource, namespace);
    const node = /^spec\.nodeName=(.*)$/.exec(options.fieldSelector ?? '')?.[1];
    if (node === undefined) return all;
    return { ...all, items: all.items.filter((pod) => (pod as unknown as PodObject).spec.nodeName === node) };
  }

  override async get<T extends KubeObject>(resource: Gvr, name: string, namespace?: string): Promise<T> {
    this.assertPresent();
    return super.get(resource, name, namespace);
  }

  override watch(...args: unknown[]): WatchHandle {
    const handler = args[3] as WatchHandler<PodObject>;
    const { resourceVersion } = args[2] as { resourceVersion: string };
    const end = (status: number, reason: string) =>
      queueMicrotask(() => handler.onEnd(new ApiError(status, reason, reason)));
    if (this.away) end(503, 'ServiceUnavailable');
    // It keeps no history.
    else if (Number(resourceVersion) < this.lastDelivered) end(410, 'Expired');
    else this.watchers.add(handler);
    return { close: () => void this.watchers.delete(handler) };
  }

  pod(name: string): Promise<PodObject> {
    return super.get<PodObject>(PODS, name, 'default');
  }

  private assertPresent(): void {
    if (this.away) throw new ApiError(503, 'ServiceUnavailable', 'connection refused');
  }
}
