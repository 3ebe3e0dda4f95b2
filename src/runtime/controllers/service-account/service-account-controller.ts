import { isAlreadyExists } from '../../../client/client.js';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../../resources/gvr.js';
import type { NamespaceObject, ServiceAccountObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';

const DEFAULT_NAME = 'default';

/** Every namespace has a service account `default`, which pods that name none have. */
export class ServiceAccountController extends Controller {
  private readonly namespaces: Informer<NamespaceObject>;
  private readonly accounts: Informer<ServiceAccountObject>;

  constructor(context: ControllerContext) {
    super('serviceaccount-controller', context);
    this.namespaces = context.informers.informer(NAMESPACES);
    this.accounts = context.informers.informer(SERVICE_ACCOUNTS);
  }

  start(): void {
    this.namespaces.addHandler({
      onAdd: ({ metadata }) => this.queue.add(metadata.name),
      onUpdate: ({ metadata }) => this.queue.add(metadata.name),
    });
    this.accounts.addHandler({
      onDelete: ({ metadata }) => {
        if (metadata.name === DEFAULT_NAME && metadata.namespace) this.queue.add(metadata.namespace);
      },
    });
  }

  protected async reconcile(name: string): Promise<void> {
    const namespace = this.namespaces.get(name);
    if (!namespace || namespace.metadata.deletionTimestamp || this.accounts.get(DEFAULT_NAME, name)) return;
    const metadata = { name: DEFAULT_NAME, namespace: name };
    try {
      await this.context.client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
  }
}
