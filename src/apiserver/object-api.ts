import type { Clock } from '../base/clock.js';
import type { Disposable } from '../base/dispose.js';
import { POD_DISRUPTION_BUDGETS, PODS } from '../resources/gvr.js';
import type { Gvr, KubeObject } from '../resources/object.js';
import type { PodDisruptionBudgetObject, PodObject } from '../resources/types.js';
import type { Store } from '../store/store.js';
import type { Admission } from './admission/admission.js';
import { NamespaceLifecycle } from './admission/namespace-lifecycle.js';
import { type ApiContext, findKind, keyOf, resourceName, type Target, type WriteOptions } from './api-context.js';
import { applyConfiguration } from './apply/apply.js';
import type { ManagedFields } from './apply/managed-fields.js';
import { Conversion } from './conversion.js';
import { isObject } from './json.js';
import type { KindTable, ServedKind } from './kind-table.js';
import { type PatchType, patched } from './patch/patch.js';
import { badRequest, invalidOptions, methodNotAllowed, noSuchPath, notFound } from './status-error.js';
import { timestamp } from './timestamp.js';
import { decodePartialObject } from './validation/decode.js';
import { bound } from './verbs/binding.js';
import { checkName } from './verbs/check-body.js';
import { createObject } from './verbs/create.js';
import { type Deleted, type DeleteOptions, deleteObject } from './verbs/delete.js';
import { budgetToCharge, charged } from './verbs/evict.js';
import { type ListOptions, type ListResult, listObjects } from './verbs/list.js';
import { scaleOf, withScale } from './verbs/scale.js';
import { type Replacement, replaceObject } from './verbs/update.js';
import { type ObjectEvent, type WatchOptions, watchObjects } from './verbs/watch.js';

export interface ObjectApiOptions {
  readonly store: Store<KubeObject>;
  readonly kinds: KindTable;
  readonly clock: Clock;
  /** After the built-in check of namespaces, in this order. */
  readonly admissions?: readonly Admission[];
}

export interface PatchRequest {
  readonly type: PatchType | 'apply';
  readonly body: unknown;
  readonly subresource?: string;
  /** With apply: take fields from other managers. */
  readonly force?: boolean;
}

/**
 * The API without HTTP: every verb on every kind, in the version asked for. Objects that it returns are shared with the store
 * and frozen. Failures are StatusErrors. `namespace` is undefined for cluster-wide kinds and, in list and watch, for all.
 */
export class ObjectApi {
  private readonly context: ApiContext;

  constructor({ store, kinds, clock, admissions = [] }: ObjectApiOptions) {
    const namespaces = kinds.find('', 'v1', 'namespaces');
    const lookup = (name: string): KubeObject | undefined =>
      namespaces && store.latest(keyOf({ kind: namespaces, namespace: undefined, name }))?.value;
    const lifecycle = namespaces ? [new NamespaceLifecycle(lookup)] : [];
    this.context = { store, kinds, clock, conversion: new Conversion(), admissions: [...lifecycle, ...admissions] };
  }

  get kinds(): KindTable {
    return this.context.kinds;
  }

  /** Newest visible revision: what a bookmark may promise. */
  get resourceVersion(): string {
    return String(this.context.store.revision);
  }

  async get(resource: Gvr, name: string, namespace?: string): Promise<KubeObject> {
    const target = this.target(resource, namespace, name);
    return this.shown(target.kind, this.stored(target));
  }

  async list(resource: Gvr, namespace?: string, options: ListOptions = {}): Promise<ListResult> {
    return listObjects(this.context, findKind(this.context, resource), namespace, options);
  }

  watch(
    resource: Gvr,
    namespace: string | undefined,
    options: WatchOptions,
    onEvent: (event: ObjectEvent) => void,
  ): Disposable {
    return watchObjects(this.context, findKind(this.context, resource), namespace, options, onEvent);
  }

  async create(resource: Gvr, input: unknown, namespace?: string, options: WriteOptions = {}): Promise<KubeObject> {
    const kind = findKind(this.context, resource);
    return this.shown(kind, await createObject(this.context, kind, namespace, input, options));
  }

  async update(
    resource: Gvr,
    name: string,
    input: unknown,
    namespace?: string,
    options: WriteOptions & { subresource?: string } = {},
  ): Promise<KubeObject> {
    const target = this.target(resource, namespace, name);
    const { subresource } = options;
    this.checkSubresource(target.kind, subresource);
    if (subresource === 'scale') return this.rescale(target, () => input, options);
    return this.replace({ target, ...(subresource && { subresource }), next: () => input }, options);
  }

  async patch(
    resource: Gvr,
    name: string,
    request: PatchRequest,
    namespace?: string,
    options: WriteOptions = {},
  ): Promise<KubeObject> {
    const target = this.target(resource, namespace, name);
    const { type, body, subresource } = request;
    this.checkSubresource(target.kind, subresource);
    if (type === 'apply') return this.apply(target, request, options);
    if (subresource === 'scale') {
      return this.rescale(
        target,
        (scale) => patched(target.kind, scale, type === 'strategic' ? 'merge' : type, body),
        options,
      );
    }
    const next = (existing: KubeObject): unknown => patched(target.kind, existing, type, body);
    return this.replace({ target, ...(subresource && { subresource }), next }, options);
  }

  async delete(resource: Gvr, name: string, namespace?: string, options: DeleteOptions = {}): Promise<Deleted> {
    const target = this.target(resource, namespace, name);
    const { object, gone } = await deleteObject(this.context, target, options);
    return { object: this.shown(target.kind, object), gone };
  }

  /** @returns the objects as they were asked to go */
  async deleteCollection(
    resource: Gvr,
    namespace: string | undefined,
    selection: ListOptions,
    options: DeleteOptions = {},
  ): Promise<ListResult> {
    const list = await this.list(resource, namespace, selection);
    await Promise.all(
      list.items.map(({ metadata }) =>
        this.delete(resource, metadata.name, metadata.namespace, options).catch((error: unknown) => {
          if (!isGone(error)) throw error;
        }),
      ),
    );
    return list;
  }

  async scale(resource: Gvr, name: string, namespace?: string): Promise<KubeObject> {
    const target = this.target(resource, namespace, name);
    const paths = target.kind.definition.subresources?.scale;
    if (!paths) throw noSuchPath();
    return scaleOf(this.stored(target), paths);
  }

  /** A deletion that asks first whether the pod may be missed. Throws TooManyRequests where a budget says no. */
  async evict(name: string, namespace: string, options: DeleteOptions = {}): Promise<void> {
    const pod = this.stored(this.target(PODS, namespace, name)) as PodObject;
    const budgets = this.context.kinds.find('policy', 'v1', 'poddisruptionbudgets');
    const { items } = budgets ? await this.list(POD_DISRUPTION_BUDGETS, namespace) : { items: [] };
    const budget = budgetToCharge(pod, items as PodDisruptionBudgetObject[]);
    if (budget && !options.dryRun) {
      const target = this.target(POD_DISRUPTION_BUDGETS, namespace, budget.metadata.name);
      const now = timestamp(this.context.clock.now());
      const next = (latest: KubeObject): unknown => {
        // Two evictions at once must not both take the last one.
        budgetToCharge(pod, [latest as PodDisruptionBudgetObject]);
        return charged(latest, name, now);
      };
      await this.replace({ target, subresource: 'status', next }, {});
    }
    await this.delete(PODS, name, namespace, options);
  }

  /** Places a pod on a node. */
  async bind(name: string, namespace: string, binding: unknown, options: WriteOptions = {}): Promise<void> {
    const target = this.target(PODS, namespace, name);
    const now = timestamp(this.context.clock.now());
    await this.replace({ target, subresource: 'binding', next: (pod) => bound(pod, binding, now) }, options);
  }

  private target(resource: Gvr, namespace: string | undefined, name: string): Target {
    return { kind: findKind(this.context, resource), namespace, name };
  }

  private stored(target: Target): KubeObject {
    const entry = this.context.store.get(keyOf(target));
    if (!entry) throw notFound(resourceName(target.kind), target.name);
    return entry.value;
  }

  private shown(kind: ServedKind, object: KubeObject): KubeObject {
    return this.context.conversion.fromStorage(kind, object);
  }

  private async replace(replacement: Replacement, options: WriteOptions): Promise<KubeObject> {
    return this.shown(replacement.target.kind, await replaceObject(this.context, replacement, options));
  }

  private async rescale(
    target: Target,
    next: (scale: KubeObject) => unknown,
    options: WriteOptions,
  ): Promise<KubeObject> {
    const { definition } = target.kind;
    const paths = definition.subresources?.scale;
    if (!paths) throw noSuchPath();
    // The paths are those of the storage version.
    const storage = this.context.kinds.findKind(target.kind.storageApiVersion, definition.kind) ?? target.kind;
    const scaled = await replaceObject(
      this.context,
      {
        target: { ...target, kind: storage },
        next: (object) => withScale(object, paths, next(scaleOf(object, paths))),
      },
      options,
    );
    return scaleOf(scaled, paths);
  }

  private async apply(target: Target, request: PatchRequest, options: WriteOptions): Promise<KubeObject> {
    const { kind } = target;
    if (!options.fieldManager) {
      throw invalidOptions('PatchOptions', 'fieldManager', 'Required value: is required for apply patch');
    }
    if (!isObject(request.body)) throw badRequest('an apply configuration must be an object');
    const configuration = decodePartialObject(kind, request.body, options);
    if (configuration.metadata.managedFields) throw badRequest('metadata.managedFields must be nil');
    checkName(configuration, target);
    configuration.metadata = { ...configuration.metadata, name: target.name };
    const { clock } = this.context;
    const { force = false, subresource } = request;
    const apply = { kind, manager: options.fieldManager, force, ...(subresource && { subresource }) };
    const unvalidated = { ...options, fieldValidation: 'Ignore' as const };
    if (!this.context.store.latest(keyOf(target))) {
      if (subresource) throw notFound(resourceName(kind), target.name);
      const { object, managedFields } = applyConfiguration(apply, undefined, configuration, clock);
      const created = await createObject(
        this.context,
        kind,
        target.namespace,
        object,
        unvalidated,
        () => managedFields,
      );
      options.onCreated?.();
      return this.shown(kind, created);
    }
    let managed: ManagedFields[] | undefined;
    const next = (existing: KubeObject): unknown => {
      const { object, managedFields } = applyConfiguration(apply, existing, configuration, clock);
      managed = managedFields;
      return object;
    };
    return this.replace(
      { target, ...(subresource && { subresource }), next, managedFields: () => managed },
      unvalidated,
    );
  }

  private checkSubresource(kind: ServedKind, subresource: string | undefined): void {
    if (subresource === undefined) return;
    const { definition } = kind;
    const known =
      (subresource === 'status' && definition.subresources?.status) ||
      (subresource === 'scale' && definition.subresources?.scale) ||
      (subresource === 'finalize' && definition.plural === 'namespaces');
    if (!known) throw subresource === 'binding' ? methodNotAllowed() : noSuchPath();
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'NotFound';
}
