import { messageOf } from '../../../base/errors.js';
import { type Client, isAlreadyExists, isNotFound } from '../../../client/client.js';
import { PERSISTENT_VOLUMES } from '../../../resources/gvr.js';
import { LOCAL_FOLDER_PROVISIONER } from '../../../resources/storage/storage-class/index.js';
import type {
  PersistentVolumeClaimObject,
  PersistentVolumeObject,
  StorageClassObject,
} from '../../../resources/types.js';
import type { EventRecorder } from '../../events/event-recorder.js';
import type { VolumeFolders } from './local-folders.js';
import { referenceTo } from './matching.js';

const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';

/** Makes volumes of folders on this machine, and removes them. */
export class FolderProvisioner {
  constructor(
    private readonly client: Client,
    private readonly events: EventRecorder,
    private readonly folders: VolumeFolders,
  ) {}

  /** @returns whether there is a volume for the claim now */
  async provision(claim: PersistentVolumeClaimObject, storageClass: StorageClassObject): Promise<boolean> {
    const { provisioner } = storageClass;
    if (provisioner !== LOCAL_FOLDER_PROVISIONER) {
      const what =
        provisioner === 'kubernetes.io/no-provisioner' ? undefined : `the external provisioner '${provisioner}'`;
      const by = what
        ? `either by ${what} or manually by the system administrator`
        : 'manually by the system administrator';
      const hint =
        'If volume creation is delayed, please verify that the provisioner is running and correctly registered.';
      this.events.normal(claim, 'ExternalProvisioning', `Waiting for a volume to be created ${by}. ${hint}`);
      return false;
    }
    if (claim.spec.selector) {
      const why = 'claim Selector is not supported';
      this.events.warning(
        claim,
        'ProvisioningFailed',
        `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${why}`,
      );
      return false;
    }
    const name = `pvc-${claim.metadata.uid}`;
    await this.makeVolume(name, claim, storageClass);
    return true;
  }

  private async makeVolume(
    name: string,
    claim: PersistentVolumeClaimObject,
    storageClass: StorageClassObject,
  ): Promise<void> {
    let path: string;
    try {
      path = await this.folders.create(name);
    } catch (error) {
      const why = `failed to provision volume with StorageClass "${storageClass.metadata.name}": ${messageOf(error)}`;
      this.events.warning(claim, 'ProvisioningFailed', why);
      throw error;
    }
    const storage = claim.spec.resources?.requests?.['storage'] ?? '0';
    const volume: PersistentVolumeObject = {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, annotations: { [PROVISIONED_BY]: LOCAL_FOLDER_PROVISIONER } },
      spec: {
        accessModes: claim.spec.accessModes ?? [],
        capacity: { storage },
        claimRef: referenceTo(claim),
        hostPath: { path, type: 'DirectoryOrCreate' },
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
        storageClassName: storageClass.metadata.name,
      },
    };
    try {
      await this.client.create(PERSISTENT_VOLUMES, volume);
    } catch (error) {
      if (isAlreadyExists(error)) return;
      throw error;
    }
    this.events.normal(claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
  }

  /** Removes a volume that nobody claims any more, with its data. @returns why it cannot */
  async reclaim(volume: PersistentVolumeObject): Promise<string | undefined> {
    const isOurs = volume.metadata.annotations?.[PROVISIONED_BY] === LOCAL_FOLDER_PROVISIONER;
    if (!isOurs || !(await this.folders.remove(volume.spec.hostPath?.path ?? ''))) {
      const why = 'only volumes that the mesh made are deleted with their claim; delete this one by hand';
      this.events.warning(volume, 'VolumeFailedDelete', why);
      return why;
    }
    await this.client.delete(PERSISTENT_VOLUMES, volume.metadata.name).catch((error) => {
      if (!isNotFound(error)) throw error;
    });
    return undefined;
  }
}
