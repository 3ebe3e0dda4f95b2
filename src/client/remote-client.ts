import { deepFreeze } from '../base/freeze.js';
import { SERVICE_ACCOUNTS } from '../resources/gvr.js';
import type { Gvr, KubeObject } from '../resources/object.js';
import type {
  AccountToken,
  Client,
  DeleteOptions,
  ListOptions,
  ObjectList,
  Patch,
  PathClient,
  TokenClient,
  TokenRequest,
  WatchHandle,
  WatchHandler,
  WatchOptions,
  WriteOptions,
} from './client.js';
import { type Connection, parseKubeconfig } from './kubeconfig.js';
import { deleteCall } from './object-calls.js';
import { Transport } from './remote/transport.js';
import { queryString, resourceUrl } from './remote/urls.js';
import { RemoteWatch } from './remote/watch.js';

const PATCH_TYPES: Readonly<Record<Patch['type'], string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** Objects of a large list come in pages, so that neither side holds all its text at once. */
const PAGE_OBJECTS = 500;

/**
 * The client for other processes, and for a real cluster. Written on node:https: @kubernetes/client-node 2.0 costs 0.8 s and
 * 89 MB to import (Node 24; Node 20.20 cannot load it), as much as our whole control plane.
 */
export class RemoteClient implements Client, PathClient, TokenClient {
  private readonly transport: Transport;

  /** @param manager who owns what this client writes, where a call does not say */
  constructor(
    connection: Connection,
    private readonly manager = 'trysail',
  ) {
    this.transport = new Transport(connection, `${manager}/0`);
  }

  /** @param text of a kubeconfig; files that it names are looked up from the working directory */
  static fromKubeconfig(text: string, manager?: string): RemoteClient {
    return new RemoteClient(parseKubeconfig(text), manager);
  }

  get<T extends KubeObject = KubeObject>(resource: Gvr, name: string, namespace?: string): Promise<T> {
    return this.object('GET', resourceUrl(resource, namespace, name));
  }

  async list<T extends KubeObject = KubeObject>(
    resource: Gvr,
    namespace?: string,
    options: ListOptions = {},
  ): Promise<ObjectList<T>> {
    const items: T[] = [];
    let token: string | undefined;
    for (;;) {
      const query = queryString({ ...options, limit: PAGE_OBJECTS, continue: token });
      const answer = await this.transport.json({ method: 'GET', path: resourceUrl(resource, namespace) + query });
      const { items: page = [], metadata, kind, apiVersion } = answer as ListAnswer<T>;
      // Items of a list do not repeat what the list says, on a real cluster.
      const itemKind = kind.replace(/List$/, '');
      for (const item of page)
        items.push(deepFreeze({ ...item, apiVersion: item.apiVersion ?? apiVersion, kind: item.kind ?? itemKind }));
      token = metadata.continue || undefined;
      if (token === undefined) return { items, resourceVersion: metadata.resourceVersion };
    }
  }

  create<T extends KubeObject>(resource: Gvr, object: T, options: WriteOptions = {}): Promise<T> {
    return this.object('POST', resourceUrl(resource, object.metadata.namespace) + this.query(options), object);
  }

  update<T extends KubeObject>(resource: Gvr, object: T, options: WriteOptions = {}): Promise<T> {
    const { name, namespace } = object.metadata;
    return this.object('PUT', resourceUrl(resource, namespace, name) + this.query(options), object);
  }

  updateStatus<T extends KubeObject>(resource: Gvr, object: T, options: WriteOptions = {}): Promise<T> {
    const { name, namespace } = object.metadata;
    return this.object('PUT', resourceUrl(resource, namespace, name, 'status') + this.query(options), object);
  }

  patch<T extends KubeObject = KubeObject>(
    resource: Gvr,
    name: string,
    namespace: string | undefined,
    { type, body, subresource }: Patch,
    options: WriteOptions = {},
  ): Promise<T> {
    const force = type === 'apply' ? true : undefined;
    const path = resourceUrl(resource, namespace, name, subresource) + this.query(options, force);
    return this.object('PATCH', path, body, PATCH_TYPES[type]);
  }

  async delete(resource: Gvr, name: string, namespace?: string, options: DeleteOptions = {}): Promise<void> {
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', ...deleteCall(options) };
    await this.transport.json({ method: 'DELETE', path: resourceUrl(resource, namespace, name), body });
  }

  getPath(path: string): Promise<unknown> {
    return this.transport.json({ method: 'GET', path });
  }

  textAt(method: 'GET' | 'POST', path: string): Promise<string> {
    return this.transport.text({ method, path });
  }

  async createToken(account: string, namespace: string, spec: TokenRequest): Promise<AccountToken> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const path = resourceUrl(SERVICE_ACCOUNTS, namespace, account, 'token');
    const { status } = (await this.transport.json({ method: 'POST', path, body })) as { status: AccountToken };
    return status;
  }

  watch<T extends KubeObject = KubeObject>(
    resource: Gvr,
    namespace: string | undefined,
    options: WatchOptions,
    handler: WatchHandler<T>,
  ): WatchHandle {
    const query = queryString({ ...options, watch: true, allowWatchBookmarks: true });
    return new RemoteWatch<T>(this.transport, resourceUrl(resource, namespace) + query, handler);
  }

  /** Closes idle connections; watches must be closed by their handles. */
  close(): void {
    this.transport.close();
  }

  private async object<T extends KubeObject>(
    method: string,
    path: string,
    body?: unknown,
    contentType?: string,
  ): Promise<T> {
    const call = { method, path, ...(body !== undefined && { body }), ...(contentType && { contentType }) };
    return (await this.transport.json(call)) as T;
  }

  private query({ fieldManager = this.manager, dryRun, fieldValidation }: WriteOptions, force?: boolean): string {
    return queryString({ fieldManager, dryRun: dryRun ? 'All' : undefined, fieldValidation, force });
  }
}

interface ListAnswer<T> {
  readonly kind: string;
  readonly apiVersion: string;
  readonly items?: T[];
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}
