import type { Gvr, KubeObject } from '../resources/object.js';

/**
 * The one way to the Kubernetes API for everything above it: controllers, node agent, compiler, commands. The embedded client
 * calls the API server in the same process, the remote one goes over HTTPS to ours or to a real cluster; no caller may know which.
 * Every failure is an {@link ApiError}.
 */
export interface Client {
  get<T extends KubeObject = KubeObject>(resource: Gvr, name: string, namespace?: string): Promise<T>;
  /** @param namespace absent: all namespaces */
  list<T extends KubeObject = KubeObject>(
    resource: Gvr,
    namespace?: string,
    options?: ListOptions,
  ): Promise<ObjectList<T>>;
  create<T extends KubeObject>(resource: Gvr, object: T, options?: WriteOptions): Promise<T>;
  /** Replaces; with metadata.resourceVersion set, fails with 409 Conflict where the stored one differs. */
  update<T extends KubeObject>(resource: Gvr, object: T, options?: WriteOptions): Promise<T>;
  updateStatus<T extends KubeObject>(resource: Gvr, object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject = KubeObject>(
    resource: Gvr,
    name: string,
    namespace: string | undefined,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>;
  delete(resource: Gvr, name: string, namespace?: string, options?: DeleteOptions): Promise<void>;
  /** Events after `resourceVersion` in order. Ends by `onEnd`: with an error (410 Gone: list again) or, closed by us, without. */
  watch<T extends KubeObject = KubeObject>(
    resource: Gvr,
    namespace: string | undefined,
    options: WatchOptions,
    handler: WatchHandler<T>,
  ): WatchHandle;
}

/** A client's way to what the API server has beside the Kubernetes API. */
export interface PathClient {
  /** The parsed JSON at a path, with its query. */
  getPath(path: string): Promise<unknown>;
  /** What is not JSON. */
  textAt(method: 'GET' | 'POST', path: string): Promise<string>;
}

/** A client's way to act for a service account. */
export interface TokenClient {
  createToken(account: string, namespace: string, request: TokenRequest): Promise<AccountToken>;
}

export interface TokenRequest {
  /** 600 at least. */
  readonly expirationSeconds: number;
  /** Absent: the API server itself. */
  readonly audiences?: readonly string[];
}

export interface AccountToken {
  readonly token: string;
  /** RFC 3339. */
  readonly expirationTimestamp: string;
}

export interface ObjectList<T extends KubeObject> {
  readonly items: T[];
  readonly resourceVersion: string;
}

export interface ListOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface WatchOptions extends ListOptions {
  readonly resourceVersion: string;
}

export interface WriteOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  /** Whether fields that the kind does not have fail the call; absent: they are dropped. */
  readonly fieldValidation?: 'Strict';
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  readonly uid?: string;
}

export interface Patch {
  readonly type: 'merge' | 'strategic' | 'json' | 'apply';
  readonly body: unknown;
  readonly subresource?: 'status' | 'scale';
}

export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface WatchHandler<T extends KubeObject> {
  onEvent(event: WatchEvent<T>): void;
  onEnd(error?: ApiError): void;
}

export interface WatchHandle {
  close(): void;
}

/** A failed call: the API's Status object as an error. `reason` is for example NotFound, Conflict, AlreadyExists, Invalid, Expired. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly reason: string,
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export function isNotFound(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === 'Conflict';
}

export function isAlreadyExists(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists';
}
