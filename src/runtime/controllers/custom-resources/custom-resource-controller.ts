import { isNotFound } from '../../../client/client.js';
import { CUSTOM_RESOURCE_CLEANUP } from '../../../resources/apiextensions/custom-resource-definition/index.js';
import type { CustomResourceDefinitionObject } from '../../../resources/apiextensions/custom-resource-definition/types.js';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../resources/gvr.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import type { StoredKind } from '../framework/stored-kinds.js';

/** How often a definition that is going away looks whether its last object has gone. */
const LOOK_AGAIN_MS = 200;

/** Tells others of the kinds that users define, and deletes the objects of a definition before the definition goes. */
export class CustomResourceController extends Controller {
  private readonly definitions: Informer<CustomResourceDefinitionObject>;

  constructor(
    context: ControllerContext,
    private readonly onKind: (kind: StoredKind) => void,
    private readonly onKindGone: (kind: StoredKind) => void,
  ) {
    super('customresource-controller', context);
    this.definitions = context.informers.informer(CUSTOM_RESOURCE_DEFINITIONS);
  }

  start(): void {
    const queueEnding = (definition: CustomResourceDefinitionObject): void => {
      if (definition.metadata.deletionTimestamp) this.queue.add(definition.metadata.name);
    };
    this.definitions.addHandler({
      onAdd: (definition) => {
        this.onKind(storedKindOf(definition));
        queueEnding(definition);
      },
      onUpdate: queueEnding,
      onDelete: (definition) => this.onKindGone(storedKindOf(definition)),
    });
  }

  protected async reconcile(name: string): Promise<void> {
    const definition = this.definitions.get(name);
    const finalizers = definition?.metadata.finalizers ?? [];
    if (!definition?.metadata.deletionTimestamp || !finalizers.includes(CUSTOM_RESOURCE_CLEANUP)) return;
    const { resource } = storedKindOf(definition);
    const { items } = await this.context.client.list(resource);
    for (const object of items) if (!object.metadata.deletionTimestamp) await this.remove(resource, object);
    if ((await this.context.client.list(resource)).items.length > 0) {
      this.queue.addAfter(name, LOOK_AGAIN_MS);
      return;
    }
    const { resourceVersion } = definition.metadata;
    const left = finalizers.filter((finalizer) => finalizer !== CUSTOM_RESOURCE_CLEANUP);
    const body = { metadata: { resourceVersion, finalizers: left } };
    await this.context.client.patch(CUSTOM_RESOURCE_DEFINITIONS, name, undefined, { type: 'merge', body });
  }

  private async remove(resource: Gvr, { metadata }: KubeObject): Promise<void> {
    try {
      await this.context.client.delete(resource, metadata.name, metadata.namespace);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function storedKindOf({ spec }: CustomResourceDefinitionObject): StoredKind {
  const { group, names, scope, versions } = spec;
  // A version that is stored but not served cannot be asked for.
  const version = versions.find(({ storage, served }) => storage && served) ?? versions.find(({ served }) => served);
  return {
    resource: { group, version: version?.name ?? '', resource: names.plural },
    namespaced: scope === 'Namespaced',
    names: versions.map(({ name }) => `${group}/${name}/${names.kind}`),
  };
}
