import { type Client, isNotFound } from '../../client/client.js';
import {
  CONFIG_MAPS,
  PERSISTENT_VOLUME_CLAIMS,
  PERSISTENT_VOLUMES,
  SECRETS,
  SERVICE_ACCOUNTS,
  SERVICES,
} from '../../resources/gvr.js';
import type { Gvr, KubeObject } from '../../resources/object.js';
import type {
  ConfigMapObject,
  PersistentVolumeClaimObject,
  PersistentVolumeObject,
  SecretObject,
  ServiceAccountObject,
  ServiceObject,
} from '../../resources/types.js';

/** Objects that a container's start needs. While the API server is away, as they were last read: restarts must go on. */
export class ObjectReader {
  private readonly last = new Map<string, KubeObject | undefined>();
  private readonly lastServices = new Map<string, readonly ServiceObject[]>();

  constructor(private readonly client: Client) {}

  configMap(namespace: string, name: string): Promise<ConfigMapObject | undefined> {
    return this.read<ConfigMapObject>(CONFIG_MAPS, namespace, name);
  }

  secret(namespace: string, name: string): Promise<SecretObject | undefined> {
    return this.read<SecretObject>(SECRETS, namespace, name);
  }

  serviceAccount(namespace: string, name: string): Promise<ServiceAccountObject | undefined> {
    return this.read<ServiceAccountObject>(SERVICE_ACCOUNTS, namespace, name);
  }

  claim(namespace: string, name: string): Promise<PersistentVolumeClaimObject | undefined> {
    return this.read<PersistentVolumeClaimObject>(PERSISTENT_VOLUME_CLAIMS, namespace, name);
  }

  persistentVolume(name: string): Promise<PersistentVolumeObject | undefined> {
    return this.read<PersistentVolumeObject>(PERSISTENT_VOLUMES, undefined, name);
  }

  async services(namespace: string): Promise<readonly ServiceObject[]> {
    try {
      const { items } = await this.client.list<ServiceObject>(SERVICES, namespace);
      this.lastServices.set(namespace, items);
      return items;
    } catch {
      return this.lastServices.get(namespace) ?? [];
    }
  }

  /** @returns undefined when there is no such object */
  private async read<T extends KubeObject>(
    resource: Gvr,
    namespace: string | undefined,
    name: string,
  ): Promise<T | undefined> {
    const key = `${resource.resource}/${namespace}/${name}`;
    try {
      const object = await this.client.get<T>(resource, name, namespace);
      this.last.set(key, object);
      return object;
    } catch (error) {
      if (!isNotFound(error)) {
        if (this.last.has(key)) return this.last.get(key) as T | undefined;
        throw error;
      }
      this.last.delete(key);
      return undefined;
    }
  }
}
