import { ApiError, type Client, type Patch, type PathClient } from '../../client/client.js';
import type { Gvr, KubeObject } from '../../resources/object.js';

/** Just enough of an API server for the commands' tests: objects by resource, namespace and name, with revisions. */
export class FakeClient implements Client, PathClient {
  private readonly objects = new Map<string, KubeObject>();
  private revision = 100;
  /** Makes the next write fail. */
  failure: ApiError | undefined;
  /** Paths that were asked for beside the API, and what is answered to each in turn. */
  readonly asked: string[] = [];
  readonly answers: unknown[] = [];

  async getPath(path: string): Promise<unknown> {
    this.asked.push(path);
    return this.answers.shift();
  }

  async textAt(method: 'GET' | 'POST', path: string): Promise<string> {
    this.asked.push(`${method} ${path}`);
    return String(this.answers.shift());
  }

  async get<T extends KubeObject>(resource: Gvr, name: string, namespace?: string): Promise<T> {
    const found = this.objects.get(key(resource, name, namespace));
    if (found) return found as T;
    throw new ApiError(404, 'NotFound', `${resource.resource}.${resource.group} "${name}" not found`);
  }

  async list<T extends KubeObject>(
    resource: Gvr,
    namespace?: string,
  ): Promise<{ items: T[]; resourceVersion: string }> {
    const prefix = key(resource, '', namespace);
    const items = [...this.objects].filter(([each]) =>
      each.startsWith(namespace === undefined ? resource.resource : prefix),
    );
    return { items: items.map(([, object]) => object as T), resourceVersion: String(this.revision) };
  }

  async create<T extends KubeObject>(resource: Gvr, object: T): Promise<T> {
    this.fail();
    const { name, namespace } = object.metadata;
    if (this.objects.has(key(resource, name, namespace))) {
      throw new ApiError(409, 'AlreadyExists', `${resource.resource}.${resource.group} "${name}" already exists`);
    }
    return this.put(resource, object);
  }

  async update<T extends KubeObject>(resource: Gvr, object: T): Promise<T> {
    this.fail();
    await this.get(resource, object.metadata.name, object.metadata.namespace);
    return this.put(resource, object);
  }

  async patch<T extends KubeObject>(
    resource: Gvr,
    name: string,
    namespace: string | undefined,
    patch: Patch,
  ): Promise<T> {
    this.fail();
    const before = this.objects.get(key(resource, name, namespace));
    if (before && sameSpec(before, patch.body as T)) return before as T;
    return this.put(resource, patch.body as T);
  }

  async delete(resource: Gvr, name: string, namespace?: string): Promise<void> {
    await this.get(resource, name, namespace);
    this.objects.delete(key(resource, name, namespace));
  }

  updateStatus(): never {
    throw new Error('not used by commands');
  }

  watch(): never {
    throw new Error('not used by commands');
  }

  private put<T extends KubeObject>(resource: Gvr, object: T): T {
    const { name, namespace } = object.metadata;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.revision) } };
    this.objects.set(key(resource, name, namespace), stored);
    return stored;
  }

  private fail(): void {
    if (this.failure) throw this.failure;
  }
}

function key({ resource }: Gvr, name: string, namespace = ''): string {
  return `${resource}/${namespace}/${name}`;
}

function sameSpec(a: KubeObject, b: KubeObject): boolean {
  return JSON.stringify(a['spec']) === JSON.stringify(b['spec']);
}
