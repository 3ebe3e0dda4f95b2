import { PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, STORAGE_CLASSES } from '../../../resources/gvr.js';
import { LOCAL_FOLDER_PROVISIONER } from '../../../resources/storage/storage-class/index.js';
import type {
  NodeObject,
  PersistentVolumeClaimObject,
  PersistentVolumeObject,
  PodObject,
  StorageClassObject,
} from '../../../resources/types.js';
import type { ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { claimNamesOf, findVolume, isBound, reaches, SELECTED_NODE } from '../persistent-volume/matching.js';

/** What the claims of pods mean for where they can run. */
export class PodClaims {
  private readonly claims: Informer<PersistentVolumeClaimObject>;
  private readonly volumes: Informer<PersistentVolumeObject>;
  private readonly classes: Informer<StorageClassObject>;

  constructor(private readonly context: ControllerContext) {
    const { informers } = context;
    this.claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
    this.volumes = informers.informer(PERSISTENT_VOLUMES);
    this.classes = informers.informer(STORAGE_CLASSES);
  }

  onChange(listener: () => void): void {
    for (const informer of [this.claims, this.volumes, this.classes]) {
      informer.addHandler({ onAdd: listener, onUpdate: listener, onDelete: listener });
    }
  }

  /** Why the pod can run nowhere yet, in the scheduler's words. */
  problem(pod: PodObject): string | undefined {
    for (const name of claimNamesOf(pod)) {
      const claim = this.claims.get(name, pod.metadata.namespace);
      if (!claim) return `persistentvolumeclaim "${name}" not found`;
      if (claim.metadata.deletionTimestamp) return `persistentvolumeclaim "${name}" is being deleted`;
      if (claim.status?.phase === 'Lost') {
        return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName}"`;
      }
      if (!isBound(claim) && !this.waitsForConsumer(claim)) return 'pod has unbound immediate PersistentVolumeClaims';
    }
    return undefined;
  }

  /** Why its volumes cannot be used on a node. */
  obstacle(pod: PodObject, node: NodeObject): string | undefined {
    for (const claim of this.claimsOf(pod)) {
      const volume = this.volumes.get(claim.spec.volumeName ?? '');
      if (volume && !reaches(volume, node)) return 'node(s) had volume node affinity conflict';
      if (!claim.spec.volumeName && !this.canBind(claim, node)) {
        return "node(s) didn't find available persistent volumes to bind";
      }
    }
    return undefined;
  }

  areBound(pod: PodObject): boolean {
    return this.claimsOf(pod).every(isBound);
  }

  /** Tells the claims that wait for their first consumer where it will be. */
  async announce(pod: PodObject, node: string): Promise<void> {
    for (const claim of this.claimsOf(pod)) {
      if (isBound(claim) || claim.metadata.annotations?.[SELECTED_NODE] === node) continue;
      const body = { metadata: { annotations: { [SELECTED_NODE]: node } } };
      const { name, namespace } = claim.metadata;
      await this.context.client.patch(PERSISTENT_VOLUME_CLAIMS, name, namespace, { type: 'merge', body });
    }
  }

  private claimsOf(pod: PodObject): PersistentVolumeClaimObject[] {
    return claimNamesOf(pod).flatMap((name) => this.claims.get(name, pod.metadata.namespace) ?? []);
  }

  private waitsForConsumer({ spec }: PersistentVolumeClaimObject): boolean {
    if (spec.volumeName) return false;
    return this.classes.get(spec.storageClassName ?? '')?.volumeBindingMode === 'WaitForFirstConsumer';
  }

  private canBind(claim: PersistentVolumeClaimObject, node: NodeObject): boolean {
    const { provisioner } = this.classes.get(claim.spec.storageClassName ?? '') ?? {};
    if (provisioner === LOCAL_FOLDER_PROVISIONER) return true;
    return findVolume(claim, this.volumes.list(), node) !== undefined;
  }
}
