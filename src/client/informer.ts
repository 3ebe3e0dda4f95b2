import type { Clock, Timer } from '../base/clock.js';
import { type Logger, SILENT_LOGGER } from '../base/logger.js';
import type { Random } from '../base/random.js';
import type { Gvr, KubeObject } from '../resources/object.js';
import { apiErrorOf } from './api-status.js';
import { Backoff } from './backoff.js';
import type { ApiError, Client, ListOptions, WatchEvent, WatchHandle } from './client.js';
import { IndexedObjects, type IndexFunction } from './indexed-objects.js';

const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 30_000;

export interface InformerOptions<T extends KubeObject> extends ListOptions {
  readonly client: Client;
  readonly resource: Gvr;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly clock: Clock;
  /** Spreads the retries of many informers. */
  readonly random: Random;
  readonly logger?: Logger;
  /** Ways to find objects: name of the index -> values that an object is found by. */
  readonly indexes?: Readonly<Record<string, IndexFunction<T>>>;
}

export interface InformerHandler<T extends KubeObject> {
  onAdd?(object: T): void;
  onUpdate?(object: T, old: T): void;
  /** With the last state that was seen. */
  onDelete?(object: T): void;
}

/**
 * A local copy of one kind's objects that follows the server: lists, watches, resumes after a break and lists again when the
 * server has forgotten where it was. Objects are shared and frozen.
 */
export class Informer<T extends KubeObject = KubeObject> {
  /** Resolves after the first list, when every object has been given to the handlers. */
  readonly synced: Promise<void>;
  private resolveSynced!: () => void;
  private readonly objects: IndexedObjects<T>;
  private readonly handlers = new Set<InformerHandler<T>>();
  private readonly backoff: Backoff;
  private readonly logger: Logger;
  private state: 'new' | 'running' | 'stopped' = 'new';
  private watch: WatchHandle | undefined;
  private retry: Timer | undefined;
  private resourceVersion: string | undefined;
  private hasSynced = false;

  constructor(private readonly options: InformerOptions<T>) {
    this.objects = new IndexedObjects(options.indexes ?? {});
    this.backoff = new Backoff(BACKOFF_MIN_MS, BACKOFF_MAX_MS, options.random);
    this.logger = options.logger ?? SILENT_LOGGER;
    this.synced = new Promise((resolve) => {
      this.resolveSynced = resolve;
    });
  }

  get isSynced(): boolean {
    return this.hasSynced;
  }

  /** How far it has come; undefined before the first list. */
  get lastResourceVersion(): string | undefined {
    return this.resourceVersion;
  }

  /** What is there already is given to the handler at once, as added. @returns a function that removes it */
  addHandler(handler: InformerHandler<T>): () => void {
    this.handlers.add(handler);
    for (const object of this.objects.all()) handler.onAdd?.(object);
    return () => void this.handlers.delete(handler);
  }

  get(name: string, namespace?: string): T | undefined {
    return this.objects.get(name, namespace);
  }

  /** @param namespace absent: all */
  list(namespace?: string): T[] {
    return this.objects.list(namespace);
  }

  /** Objects that an index function gave this value for. */
  byIndex(index: string, value: string): readonly T[] {
    return this.objects.byIndex(index, value);
  }

  start(): void {
    if (this.state !== 'new') return;
    this.state = 'running';
    void this.relist();
  }

  /** Final: a stopped informer does not start again. Its objects stay readable. */
  stop(): void {
    this.state = 'stopped';
    this.retry?.cancel();
    this.watch?.close();
  }

  private async relist(): Promise<void> {
    const { client, resource, namespace } = this.options;
    try {
      const list = await client.list<T>(resource, namespace, this.selectors());
      if (this.state !== 'running') return;
      this.replaceAll(list.items);
      this.resourceVersion = list.resourceVersion;
      this.backoff.reset();
      if (!this.hasSynced) {
        this.hasSynced = true;
        this.resolveSynced();
      }
      this.resume();
    } catch (error) {
      this.retryLater('list', apiErrorOf(error), () => void this.relist());
    }
  }

  private resume(): void {
    if (this.state !== 'running' || this.resourceVersion === undefined) return;
    const { client, resource, namespace } = this.options;
    const options = { ...this.selectors(), resourceVersion: this.resourceVersion };
    this.watch = client.watch<T>(resource, namespace, options, {
      onEvent: (event) => this.onEvent(event),
      onEnd: (error) => this.onWatchEnd(error),
    });
  }

  private onEvent(event: WatchEvent<T>): void {
    if (this.state !== 'running') return;
    this.backoff.reset();
    if (event.type === 'BOOKMARK') {
      this.resourceVersion = event.resourceVersion;
      return;
    }
    this.resourceVersion = event.object.metadata.resourceVersion ?? this.resourceVersion;
    if (event.type === 'DELETED') this.remove(event.object);
    else this.put(event.object);
  }

  private onWatchEnd(error: ApiError | undefined): void {
    if (this.state !== 'running') return;
    // A broken connection resumes where it was. A server that refuses to (it forgot, or it is a new one with an empty store)
    // is asked for everything.
    if (error?.status === 410) void this.relist();
    else if (error && error.status !== 0) this.retryLater('list', error, () => void this.relist());
    else this.retryLater('watch', error, () => this.resume());
  }

  private retryLater(what: string, error: ApiError | undefined, action: () => void): void {
    if (this.state !== 'running') return;
    const delay_ms = this.backoff.next();
    const { resource } = this.options.resource;
    this.logger.debug('retrying', { what, resource, delay_ms, error: error?.message });
    this.retry = this.options.clock.setTimer(delay_ms, action);
  }

  private replaceAll(items: readonly T[]): void {
    const gone = new Set(this.objects.all());
    for (const item of items) {
      const old = this.objects.get(item.metadata.name, item.metadata.namespace);
      if (old) gone.delete(old);
      if (old?.metadata.uid !== item.metadata.uid && old) this.remove(old);
      if (old?.metadata.resourceVersion !== item.metadata.resourceVersion) this.put(item);
    }
    for (const object of gone) this.remove(object);
  }

  private put(object: T): void {
    const old = this.objects.put(object);
    for (const handler of this.handlers) {
      if (old) handler.onUpdate?.(object, old);
      else handler.onAdd?.(object);
    }
  }

  private remove(object: T): void {
    if (!this.objects.remove(object)) return;
    for (const handler of this.handlers) handler.onDelete?.(object);
  }

  private selectors(): ListOptions {
    const { labelSelector, fieldSelector } = this.options;
    return { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
  }
}
