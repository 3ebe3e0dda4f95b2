import type { Gvr, KubeObject } from '../resources/object.js';
import { apiErrorOf } from './api-status.js';
import type {
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  Patch,
  WatchHandle,
  WatchHandler,
  WatchOptions,
  WriteOptions,
} from './client.js';
import { copyObject } from './copy.js';
import { deleteCall, type ObjectCallEvent, type ObjectCalls } from './object-calls.js';

/**
 * The client for those who live in the API server's process. Lists and watches share the server's own objects, frozen; single
 * objects are the caller's to change.
 */
export class EmbeddedClient implements Client {
  /** @param manager who owns what this client writes, where a call does not say */
  constructor(
    private readonly api: ObjectCalls,
    private readonly manager = 'trysail',
  ) {}

  get<T extends KubeObject = KubeObject>(resource: Gvr, name: string, namespace?: string): Promise<T> {
    return own<T>(this.api.get(resource, name, namespace));
  }

  async list<T extends KubeObject = KubeObject>(
    resource: Gvr,
    namespace?: string,
    options: ListOptions = {},
  ): Promise<ObjectList<T>> {
    return (await translated(this.api.list(resource, namespace, options))) as ObjectList<T>;
  }

  create<T extends KubeObject>(resource: Gvr, object: T, options: WriteOptions = {}): Promise<T> {
    return own<T>(this.api.create(resource, object, object.metadata.namespace, this.write(options)));
  }

  update<T extends KubeObject>(resource: Gvr, object: T, options: WriteOptions = {}): Promise<T> {
    const { name, namespace } = object.metadata;
    return own<T>(this.api.update(resource, name, object, namespace, this.write(options)));
  }

  updateStatus<T extends KubeObject>(resource: Gvr, object: T, options: WriteOptions = {}): Promise<T> {
    const { name, namespace } = object.metadata;
    const write = { ...this.write(options), subresource: 'status' };
    return own<T>(this.api.update(resource, name, object, namespace, write));
  }

  patch<T extends KubeObject = KubeObject>(
    resource: Gvr,
    name: string,
    namespace: string | undefined,
    patch: Patch,
    options: WriteOptions = {},
  ): Promise<T> {
    return own<T>(this.api.patch(resource, name, { ...patch, force: true }, namespace, this.write(options)));
  }

  async delete(resource: Gvr, name: string, namespace?: string, options: DeleteOptions = {}): Promise<void> {
    await translated(this.api.delete(resource, name, namespace, deleteCall(options)));
  }

  watch<T extends KubeObject = KubeObject>(
    resource: Gvr,
    namespace: string | undefined,
    options: WatchOptions,
    handler: WatchHandler<T>,
  ): WatchHandle {
    const watch = new EmbeddedWatch<T>(handler);
    try {
      const subscription = this.api.watch(resource, namespace, options, (event) => watch.deliver(event));
      watch.onClose = () => subscription.dispose();
    } catch (error) {
      watch.fail(error);
    }
    return { close: () => watch.close() };
  }

  private write(options: WriteOptions): WriteOptions {
    return { fieldManager: this.manager, ...options };
  }
}

/** Delivers from the microtask queue: a handler may write, and one that throws must not stop the store's other watchers. */
class EmbeddedWatch<T extends KubeObject> {
  onClose: (() => void) | undefined;
  private ended = false;

  constructor(private readonly handler: WatchHandler<T>) {}

  deliver(event: ObjectCallEvent): void {
    if (event.type === 'INITIAL_END') return;
    const { type, object } = event;
    queueMicrotask(() => {
      if (!this.ended) this.handler.onEvent({ type, object: object as T });
    });
  }

  fail(error: unknown): void {
    queueMicrotask(() => {
      if (this.ended) return;
      this.ended = true;
      this.handler.onEnd(apiErrorOf(error));
    });
  }

  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.onClose?.();
    queueMicrotask(() => this.handler.onEnd());
  }
}

async function own<T extends KubeObject>(call: Promise<KubeObject>): Promise<T> {
  return copyObject(await translated(call)) as T;
}

async function translated<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw apiErrorOf(error);
  }
}
