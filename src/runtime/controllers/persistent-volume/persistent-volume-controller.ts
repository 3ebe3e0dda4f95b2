import { isNotFound } from '../../../client/client.js';
import { PV_PROTECTION } from '../../../resources/core/persistent-volume/index.js';
import { PVC_PROTECTION } from '../../../resources/core/persistent-volume-claim/index.js';
import { NODES, PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, PODS, STORAGE_CLASSES } from '../../../resources/gvr.js';
import type { Gvr, KubeObject } from '../../../resources/object.js';
import { sameJson } from '../../../resources/same-json.js';
import type {
  NodeObject,
  PersistentVolumeClaimObject,
  PersistentVolumeObject,
  PodObject,
  StorageClassObject,
} from '../../../resources/types.js';
import { Controller, type ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { hasEnded } from '../framework/pod-state.js';
import type { VolumeFolders } from './local-folders.js';
import { claimNamesOf, findVolume, referenceTo, SELECTED_NODE } from './matching.js';
import { FolderProvisioner } from './provisioner.js';

const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed';
const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller';

/** Binds claims to volumes, makes volumes of folders for those that have none, and takes back what nobody claims any more. */
export class PersistentVolumeController extends Controller {
  private readonly claims: Informer<PersistentVolumeClaimObject>;
  private readonly volumes: Informer<PersistentVolumeObject>;
  private readonly classes: Informer<StorageClassObject>;
  private readonly pods: Informer<PodObject>;
  private readonly nodes: Informer<NodeObject>;
  private readonly provisioner: FolderProvisioner;

  constructor(context: ControllerContext, folders: VolumeFolders) {
    super('persistentvolume-controller', context);
    const { informers } = context;
    this.claims = informers.informer(PERSISTENT_VOLUME_CLAIMS);
    this.volumes = informers.informer(PERSISTENT_VOLUMES);
    this.classes = informers.informer(STORAGE_CLASSES);
    this.pods = informers.informer(PODS);
    this.nodes = informers.informer(NODES);
    this.provisioner = new FolderProvisioner(context.client, this.events, folders);
  }

  start(): void {
    const queue = (object: KubeObject): void => this.queue.add(keyOf(object));
    const queueAll = (): void => {
      for (const claim of this.claims.list()) if (claim.status?.phase !== 'Bound') queue(claim);
    };
    this.claims.addHandler({
      onAdd: queue,
      onUpdate: queue,
      onDelete: ({ spec }) => {
        if (spec.volumeName) this.queue.add(spec.volumeName);
      },
    });
    this.volumes.addHandler({
      onAdd: (volume) => this.volumeChanged(volume),
      onUpdate: (volume) => this.volumeChanged(volume),
      onDelete: (volume) => this.queueClaimOf(volume),
    });
    this.classes.addHandler({ onAdd: queueAll, onUpdate: queueAll });
    const queueClaims = (pod: PodObject): void => {
      for (const name of claimNamesOf(pod)) this.queue.add(`${pod.metadata.namespace}/${name}`);
    };
    this.pods.addHandler({
      onAdd: queueClaims,
      onUpdate: (pod, old) => {
        if (hasEnded(pod) !== hasEnded(old)) queueClaims(pod);
      },
      onDelete: queueClaims,
    });
  }

  private volumeChanged(volume: PersistentVolumeObject): void {
    this.queue.add(keyOf(volume));
    this.queueClaimOf(volume);
    if (volume.spec.claimRef) return;
    for (const claim of this.claims.list()) if (!claim.spec.volumeName) this.queue.add(keyOf(claim));
  }

  private queueClaimOf({ spec: { claimRef } }: PersistentVolumeObject): void {
    if (claimRef?.namespace && claimRef.name) this.queue.add(`${claimRef.namespace}/${claimRef.name}`);
  }

  /** Keys with a slash are claims; volumes are in no namespace. */
  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    if (namespace === undefined) {
      const volume = this.volumes.get(name);
      if (volume) await this.keepVolume(volume);
      return;
    }
    const claim = this.claims.get(name, namespace);
    if (!claim) return;
    if (claim.metadata.deletionTimestamp) await this.letClaimGo(claim);
    else if (claim.spec.volumeName) await this.completeBinding(claim, claim.spec.volumeName);
    else await this.findOrMake(claim);
  }

  private async letClaimGo(claim: PersistentVolumeClaimObject): Promise<void> {
    const { name, namespace } = claim.metadata;
    const isUsed = this.pods.list(namespace).some((pod) => !hasEnded(pod) && claimNamesOf(pod).includes(name));
    if (!isUsed) await this.removeFinalizer(PERSISTENT_VOLUME_CLAIMS, claim, PVC_PROTECTION);
  }

  private async completeBinding(claim: PersistentVolumeClaimObject, name: string): Promise<void> {
    const volume = this.volumes.get(name);
    if (!volume) {
      if (claim.metadata.annotations?.[BIND_COMPLETED] === undefined) return this.setPhase(claim, { phase: 'Pending' });
      this.events.warning(claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
      return this.setPhase(claim, { phase: 'Lost' });
    }
    const { claimRef } = volume.spec;
    if (claimRef && !isFor(claimRef, claim)) {
      const message = `volume "${name}" already bound to a different claim.`;
      this.events.warning(claim, 'FailedBinding', message);
      return this.setPhase(claim, { phase: 'Pending' });
    }
    if (!claimRef?.uid) await this.claimVolume(volume, claim);
    const { annotations = {} } = claim.metadata;
    let bound = claim;
    if (annotations[BIND_COMPLETED] === undefined) {
      const body = { metadata: { annotations: { [BIND_COMPLETED]: 'yes' } } };
      bound = await this.patchClaim(claim, body);
    }
    await this.setPhase(bound, {
      phase: 'Bound',
      ...(volume.spec.accessModes && { accessModes: volume.spec.accessModes }),
      ...(volume.spec.capacity && { capacity: volume.spec.capacity }),
    });
  }

  private async findOrMake(claim: PersistentVolumeClaimObject): Promise<void> {
    await this.setPhase(claim, { phase: 'Pending' });
    const { storageClassName } = claim.spec;
    const storageClass = storageClassName ? this.classes.get(storageClassName) : undefined;
    const waits = storageClass?.volumeBindingMode === 'WaitForFirstConsumer';
    const selected = claim.metadata.annotations?.[SELECTED_NODE];
    if (waits && selected === undefined) return this.sayWhatItWaitsFor(claim);
    const node = waits && selected !== undefined ? this.nodes.get(selected) : undefined;
    const volume = findVolume(claim, this.volumes.list(), node);
    if (volume) return this.bind(claim, volume);
    if (!storageClassName) {
      const why = 'no persistent volumes available for this claim and no storage class is set';
      this.events.normal(claim, 'FailedBinding', why);
    } else if (!storageClass) {
      this.events.warning(claim, 'ProvisioningFailed', `storageclass.storage.k8s.io "${storageClassName}" not found`);
    } else if (await this.provisioner.provision(claim, storageClass)) this.queue.add(keyOf(claim));
  }

  private sayWhatItWaitsFor(claim: PersistentVolumeClaimObject): void {
    const { name, namespace } = claim.metadata;
    const pods = this.pods.list(namespace).filter((pod) => claimNamesOf(pod).includes(name) && !hasEnded(pod));
    if (pods.length === 0) {
      this.events.normal(claim, 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding');
      return;
    }
    const names = pods.map(({ metadata }) => metadata.name).sort();
    this.events.normal(claim, 'WaitForPodScheduled', `waiting for pod ${names.join(',')} to be scheduled`);
  }

  private async bind(claim: PersistentVolumeClaimObject, volume: PersistentVolumeObject): Promise<void> {
    await this.claimVolume(volume, claim);
    const annotations = { [BIND_COMPLETED]: 'yes', [BOUND_BY_CONTROLLER]: 'yes' };
    await this.patchClaim(claim, { spec: { volumeName: volume.metadata.name }, metadata: { annotations } });
  }

  private async keepVolume(volume: PersistentVolumeObject): Promise<void> {
    const { claimRef } = volume.spec;
    const claim = claimRef?.uid ? await this.claimOf(claimRef) : undefined;
    if (volume.metadata.deletionTimestamp) {
      if (!claim) await this.removeFinalizer(PERSISTENT_VOLUMES, volume, PV_PROTECTION);
      return;
    }
    if (!claimRef?.uid) return this.setVolumePhase(volume, 'Available');
    if (claim) return this.setVolumePhase(volume, 'Bound');
    await this.setVolumePhase(volume, 'Released');
    if (volume.spec.persistentVolumeReclaimPolicy !== 'Delete') return;
    const problem = await this.provisioner.reclaim(volume);
    if (problem !== undefined) await this.setVolumePhase(volume, 'Failed', problem);
  }

  /** Asked of the server: a claim that the informer does not know yet must not lose its data. */
  private async claimOf({ name = '', namespace, uid }: { name?: string; namespace?: string; uid?: string }) {
    try {
      const claim = await this.context.client.get<PersistentVolumeClaimObject>(
        PERSISTENT_VOLUME_CLAIMS,
        name,
        namespace,
      );
      return claim.metadata.uid === uid ? claim : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  private async claimVolume(volume: PersistentVolumeObject, claim: PersistentVolumeClaimObject): Promise<void> {
    if (volume.spec.claimRef?.uid === claim.metadata.uid) return;
    const { name, resourceVersion } = volume.metadata;
    const body = {
      metadata: { resourceVersion, annotations: { [BOUND_BY_CONTROLLER]: 'yes' } },
      spec: { claimRef: referenceTo(claim) },
    };
    await this.context.client.patch(PERSISTENT_VOLUMES, name, undefined, { type: 'merge', body });
  }

  private patchClaim({ metadata }: PersistentVolumeClaimObject, body: object): Promise<PersistentVolumeClaimObject> {
    const { name, namespace } = metadata;
    return this.context.client.patch(PERSISTENT_VOLUME_CLAIMS, name, namespace, { type: 'merge', body });
  }

  private async setPhase(
    claim: PersistentVolumeClaimObject,
    status: NonNullable<PersistentVolumeClaimObject['status']>,
  ): Promise<void> {
    if (sameJson(status, claim.status)) return;
    await this.context.client.updateStatus(PERSISTENT_VOLUME_CLAIMS, { ...claim, status });
  }

  private async setVolumePhase(volume: PersistentVolumeObject, phase: string, message?: string): Promise<void> {
    if (volume.status?.phase === phase || (phase === 'Released' && volume.status?.phase === 'Failed')) return;
    const status = { phase, ...(message !== undefined && { message }) };
    await this.context.client.updateStatus(PERSISTENT_VOLUMES, { ...volume, status });
  }

  private async removeFinalizer(resource: Gvr, { metadata }: KubeObject, finalizer: string): Promise<void> {
    if (!metadata.finalizers?.includes(finalizer)) return;
    const finalizers = metadata.finalizers.filter((name) => name !== finalizer);
    const body = { metadata: { resourceVersion: metadata.resourceVersion, finalizers } };
    await this.context.client.patch(resource, metadata.name, metadata.namespace, { type: 'merge', body });
  }
}

function isFor(
  { name, namespace, uid }: { name?: string; namespace?: string; uid?: string },
  { metadata }: PersistentVolumeClaimObject,
): boolean {
  return name === metadata.name && namespace === metadata.namespace && (!uid || uid === metadata.uid);
}
