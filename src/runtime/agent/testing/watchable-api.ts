import type { Clock } from '../../../base/clock.js';
import {
  type AccountToken,
  ApiError,
  type ListOptions,
  type ObjectList,
  type TokenClient,
  type TokenRequest,
  type WatchHandle,
  type WatchHandler,
} from '../../../client/client.js';
import { PODS } from '../../../resources/gvr.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import type { PodObject } from '../../../resources/types.js';
import { FakeApi } from '../../controllers/testing/fake-api.js';

/** The controllers' fake API with watches, and a switch for its absence. */
export class WatchableApi extends FakeApi implements TokenClient {
  private readonly watchers = new Map<WatchHandler<KubeObject>, string>();
  private away = false;
  private lastDelivered = 0;
  private tokens = 0;
  private readonly now: () => number;

  constructor(clock: Clock) {
    super(clock);
    this.now = () => clock.now();
    this.beforeWrite = () => this.assertPresent();
    const deliver = this.informers.deliver.bind(this.informers);
    this.informers.deliver = (resource, object, deleted) => {
      deliver(resource, object, deleted);
      this.lastDelivered = Number(object.metadata.resourceVersion) + (deleted ? 1 : 0);
      const type = deleted ? 'DELETED' : 'MODIFIED';
      for (const [watcher, watched] of this.watchers) {
        if (watched === resource.resource) watcher.onEvent({ type, object: structuredClone(object) });
      }
    };
  }

  /** While it is away every call fails and no watch lives. */
  setAway(away: boolean): void {
    this.away = away;
    if (!away) return;
    for (const watcher of this.watchers.keys())
      watcher.onEnd(new ApiError(503, 'ServiceUnavailable', 'connection refused'));
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
    const { resource } = args[0] as Gvr;
    const handler = args[3] as WatchHandler<KubeObject>;
    const { resourceVersion } = args[2] as { resourceVersion: string };
    const end = (status: number, reason: string) =>
      queueMicrotask(() => handler.onEnd(new ApiError(status, reason, reason)));
    if (this.away) end(503, 'ServiceUnavailable');
    // It keeps no history.
    else if (Number(resourceVersion) < this.lastDelivered) end(410, 'Expired');
    else this.watchers.set(handler, resource);
    return { close: () => void this.watchers.delete(handler) };
  }

  async createToken(account: string, namespace: string, { expirationSeconds }: TokenRequest): Promise<AccountToken> {
    this.assertPresent();
    const expires_ms = this.now() + expirationSeconds * 1000;
    const token = `${namespace}/${account} #${++this.tokens}`;
    return { token, expirationTimestamp: new Date(expires_ms).toISOString() };
  }

  pod(name: string): Promise<PodObject> {
    return super.get<PodObject>(PODS, name, 'default');
  }

  private assertPresent(): void {
    if (this.away) throw new ApiError(503, 'ServiceUnavailable', 'connection refused');
  }
}
