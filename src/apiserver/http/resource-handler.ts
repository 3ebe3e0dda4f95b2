import type { Clock } from '../../base/clock.js';
import type { Gvr } from '../../resources/object.js';
import { isObject } from '../json.js';
import type { ServedKind } from '../kind-table.js';
import type { ObjectApi } from '../object-api.js';
import { PATCH_TYPES, patchMediaTypes } from '../patch/media-types.js';
import { invalidOptions, methodNotAllowed, noSuchPath, success } from '../status-error.js';
import type { DeleteOptions } from '../verbs/delete.js';
import { decodeBody, mediaTypeOf, OBJECT_TYPES } from './body.js';
import { type Call, isDryRun, isForced, writeOptions } from './call.js';
import { boolean, given, integer, text } from './query.js';
import type { RequestInfo } from './request-info.js';
import { sendJson } from './respond.js';
import { checkListOptions } from './watch-options.js';
import type { WatchStreams } from './watch-stream.js';
import { type Presentation, presentationOf, presentList, presentObject, send } from './write-objects.js';

const SCALE: Pick<ServedKind, 'apiVersion'> = { apiVersion: 'autoscaling/v1' };

/** Verbs on the objects of all kinds; `log`, `exec` and the like are not its. */
export class ResourceHandler {
  constructor(
    private readonly api: ObjectApi,
    private readonly watches: WatchStreams,
    private readonly clock: Clock,
  ) {}

  async handle(call: Call, info: RequestInfo): Promise<void> {
    const kind = this.api.kinds.find(info.group, info.version, info.resource);
    if (!kind) throw noSuchPath();
    if (kind.version.deprecationWarning) call.warnings.push(kind.version.deprecationWarning);
    const scoped = scopedInfo(kind, info);
    const presentation = presentationOf(call, this.clock.now());
    const target = new TargetedCall(this.api, call, kind, scoped, presentation);
    if (info.name === undefined) await this.collection(target);
    else if (info.subresource === undefined) await this.item(target);
    else await this.subresource(target, info.subresource);
  }

  private async collection(target: TargetedCall): Promise<void> {
    const { call, kind, info, presentation } = target;
    switch (call.request.method) {
      case 'GET':
        if (!boolean(call.query, 'watch')) return target.list();
        call.trail?.started(200);
        return this.watches.serve(call, kind, info.gvr, info.namespace, presentation);
      case 'POST':
        return target.create();
      case 'DELETE':
        return target.deleteCollection();
      default:
        throw methodNotAllowed();
    }
  }

  private async item(target: TargetedCall): Promise<void> {
    switch (target.call.request.method) {
      case 'GET':
        return target.get();
      case 'PUT':
        return target.update();
      case 'PATCH':
        return target.patch();
      case 'DELETE':
        return target.delete();
      default:
        throw methodNotAllowed();
    }
  }

  private async subresource(target: TargetedCall, subresource: string): Promise<void> {
    const { method } = target.call.request;
    if (subresource === 'binding' && method === 'POST') return target.bind();
    if (subresource === 'eviction' && method === 'POST') return target.evict();
    if (method === 'GET' && subresource === 'scale') return target.scale();
    if (method === 'GET' && target.kind.definition.subresources?.status && subresource === 'status')
      return target.get();
    if (method === 'PUT') return target.update(subresource);
    if (method === 'PATCH') return target.patch(subresource);
    throw method === 'GET' ? noSuchPath() : methodNotAllowed();
  }
}

interface ScopedInfo {
  readonly gvr: Gvr;
  readonly namespace: string | undefined;
  readonly name: string;
}

function scopedInfo(kind: ServedKind, { group, version, resource, namespace, name = '' }: RequestInfo): ScopedInfo {
  if (!kind.definition.namespaced && namespace !== undefined) throw noSuchPath();
  if (kind.definition.namespaced && namespace === undefined && name !== '') throw noSuchPath();
  return { gvr: { group, version, resource }, namespace, name };
}

/** One request, with what it is about. */
class TargetedCall {
  constructor(
    private readonly api: ObjectApi,
    readonly call: Call,
    readonly kind: ServedKind,
    readonly info: ScopedInfo,
    readonly presentation: Presentation,
  ) {}

  async get(): Promise<void> {
    const { gvr, name, namespace } = this.info;
    await this.answer(200, await this.api.get(gvr, name, namespace));
  }

  async list(): Promise<void> {
    checkListOptions(this.call.query);
    const list = await this.api.list(this.info.gvr, this.info.namespace, this.listOptions());
    await send(this.call, 200, presentList(this.kind, list, this.presentation), this.presentation);
  }

  async create(): Promise<void> {
    const { gvr, namespace } = this.info;
    const body = await decodeBody(this.call.request, OBJECT_TYPES);
    const options = { ...writeOptions(this.call, body), tracked: true };
    const created = await this.api.create(gvr, body.value, namespace, options);
    this.call.trail?.made(created);
    await this.answer(201, created);
  }

  async update(subresource?: string): Promise<void> {
    const { gvr, name, namespace } = this.info;
    const body = await decodeBody(this.call.request, OBJECT_TYPES);
    const options = { ...writeOptions(this.call, body), ...(subresource && { subresource }) };
    await this.answer(200, await this.api.update(gvr, name, body.value, namespace, options), subresource);
  }

  async patch(subresource?: string): Promise<void> {
    const { gvr, name, namespace } = this.info;
    const body = await decodeBody(this.call.request, patchMediaTypes(this.kind));
    const type = PATCH_TYPES[mediaTypeOf(this.call.request)]!;
    const force = isForced(this.call);
    if (force && type !== 'apply') {
      throw invalidOptions('PatchOptions', 'force', 'Forbidden: may not be specified for non-apply patch');
    }
    const request = { type, body: body.value, force, ...(subresource && { subresource }) };
    // Apply must name its manager itself; a user agent is no owner that will come back.
    const { fieldManager, ...options } = writeOptions(this.call, body);
    let created = false;
    const manager = type === 'apply' ? text(this.call.query, 'fieldManager') : fieldManager;
    const patched = await this.api.patch(gvr, name, request, namespace, {
      ...options,
      ...given({ fieldManager: manager }),
      onCreated: () => {
        created = true;
      },
    });
    await this.answer(created ? 201 : 200, patched, subresource);
  }

  async delete(): Promise<void> {
    const { gvr, name, namespace } = this.info;
    const { object, gone } = await this.api.delete(gvr, name, namespace, await this.deleteOptions());
    if (!gone) return this.answer(200, object);
    const of = { group: gvr.group, resource: gvr.resource };
    sendJson(this.call.response, 200, success(of, name, object.metadata.uid));
  }

  async deleteCollection(): Promise<void> {
    const { gvr, namespace } = this.info;
    const list = await this.api.deleteCollection(gvr, namespace, this.listOptions(), await this.deleteOptions());
    await send(this.call, 200, presentList(this.kind, list, this.presentation), this.presentation);
  }

  async scale(): Promise<void> {
    const { gvr, name, namespace } = this.info;
    await this.answer(200, await this.api.scale(gvr, name, namespace), 'scale');
  }

  async bind(): Promise<void> {
    const { name, namespace } = this.info;
    const body = await decodeBody(this.call.request, OBJECT_TYPES);
    await this.api.bind(name, namespace ?? '', body.value, writeOptions(this.call));
    sendJson(this.call.response, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  }

  async evict(): Promise<void> {
    const { gvr, name, namespace } = this.info;
    if (gvr.group !== '' || gvr.resource !== 'pods') throw noSuchPath();
    const { value } = await decodeBody(this.call.request, OBJECT_TYPES);
    const options = isObject(value) && isObject(value['deleteOptions']) ? value['deleteOptions'] : {};
    const grace = options['gracePeriodSeconds'];
    await this.api.evict(name, namespace ?? '', {
      ...given({ gracePeriodSeconds: typeof grace === 'number' ? grace : undefined }),
      dryRun: isDryRun(this.call.query, 'DeleteOptions'),
    });
    sendJson(this.call.response, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  }

  private async answer(
    code: number,
    object: Awaited<ReturnType<ObjectApi['get']>>,
    subresource?: string,
  ): Promise<void> {
    // A Scale has no columns of its own.
    const shown =
      subresource === 'scale' && object.apiVersion === SCALE.apiVersion
        ? object
        : presentObject(this.kind, object, this.presentation);
    await send(this.call, code, shown, this.presentation);
  }

  private listOptions() {
    const { query } = this.call;
    return given({
      labelSelector: text(query, 'labelSelector'),
      fieldSelector: text(query, 'fieldSelector'),
      limit: integer(query, 'limit'),
      continue: text(query, 'continue'),
      resourceVersion: text(query, 'resourceVersion'),
      resourceVersionMatch: text(query, 'resourceVersionMatch'),
    });
  }

  /** From the body, and where that says nothing from the URL. */
  private async deleteOptions(): Promise<DeleteOptions> {
    const { query, request } = this.call;
    const { value } = await decodeBody(request, OBJECT_TYPES);
    const body = isObject(value) ? value : {};
    const policy = body['propagationPolicy'] ?? text(query, 'propagationPolicy');
    if (policy !== undefined && policy !== 'Foreground' && policy !== 'Background' && policy !== 'Orphan') {
      const supported = 'supported values: "Foreground", "Background", "Orphan"';
      const message = `Unsupported value: ${JSON.stringify(policy)}: ${supported}`;
      throw invalidOptions('DeleteOptions', 'propagationPolicy', message);
    }
    const grace = body['gracePeriodSeconds'] ?? integer(query, 'gracePeriodSeconds');
    const orphan = body['orphanDependents'] === true ? ('Orphan' as const) : undefined;
    return given({
      propagationPolicy: policy ?? orphan,
      gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
      preconditions: isObject(body['preconditions'])
        ? (body['preconditions'] as DeleteOptions['preconditions'])
        : undefined,
      dryRun:
        isDryRun(query, 'DeleteOptions') ||
        (Array.isArray(body['dryRun']) && body['dryRun'].includes('All')) ||
        undefined,
    });
  }
}
