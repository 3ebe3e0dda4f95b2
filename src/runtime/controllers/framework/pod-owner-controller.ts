import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { PODS } from '../../../resources/gvr.js';
import { matchesLabelSelector } from '../../../resources/labels/selector.js';
import type { Gvr } from '../../../resources/object.js';
import type { PodObject } from '../../../resources/types.js';
import { Controller, type ControllerContext } from './controller.js';
import { Expectations } from './expectations.js';
import type { Informer } from './informers.js';
import { keyOf } from './keys.js';
import { controllerOf, isControlledBy } from './ownership.js';
import { PodControl, type PodOwner } from './pod-control.js';
import { availableIn_ms, isActive } from './pod-state.js';
import { inGrowingBatches } from './slow-start.js';

/**
 * Controls pods for workloads of one kind: adopts and releases them by their labels, remembers what it asked for until it is seen,
 * and looks again at a workload when one of its pods changes.
 */
export abstract class PodOwnerController<T extends PodOwner> extends Controller {
  protected readonly owners: Informer<T>;
  protected readonly pods: Informer<PodObject>;
  protected readonly expectations: Expectations;
  protected readonly control: PodControl;

  constructor(
    name: string,
    context: ControllerContext,
    private readonly kind: string,
    resource: Gvr,
  ) {
    super(name, context);
    this.owners = context.informers.informer(resource);
    this.pods = context.informers.informer(PODS);
    this.expectations = new Expectations(context.clock);
    this.control = new PodControl(context.client, this.events);
  }

  start(): void {
    this.owners.addHandler({
      onAdd: (owner) => this.queue.add(keyOf(owner)),
      onUpdate: (owner) => this.queue.add(keyOf(owner)),
      onDelete: (owner) => this.expectations.forget(keyOf(owner)),
    });
    this.pods.addHandler({
      onAdd: (pod) => this.podAdded(pod),
      onUpdate: (pod, old) => this.podUpdated(pod, old),
      onDelete: (pod) => this.podGone(pod),
    });
  }

  protected selectorOf(owner: T): LabelSelector | undefined {
    return owner.spec.selector;
  }

  /** The pods of a workload, those that ended too. */
  protected async claimPods(owner: T): Promise<PodObject[]> {
    const claimed: PodObject[] = [];
    for (const pod of this.pods.list(owner.metadata.namespace)) {
      const matches = matchesLabelSelector(this.selectorOf(owner), pod.metadata.labels);
      if (isControlledBy(pod, owner)) {
        if (matches) claimed.push(pod);
        else if (isActive(pod)) await this.control.release(owner, pod);
      } else if (matches && isActive(pod) && !controllerOf(pod) && !owner.metadata.deletionTimestamp) {
        await this.control.adopt(owner, pod);
        claimed.push(pod);
      }
    }
    return claimed;
  }

  /** @param make called once for each pod; absent: the template as it is. @throws what the first creation that failed threw */
  protected async createPods(key: string, owner: T, count: number, make?: (i: number) => PodObject): Promise<void> {
    this.expectations.expectCreations(key, count);
    let next = 0;
    const { done, error } = await inGrowingBatches(count, () => this.control.create(owner, make?.(next++)));
    for (let i = done; i < count; i++) this.expectations.created(key);
    if (error !== undefined) throw error;
  }

  /** @throws what the first deletion that failed threw */
  protected async deletePods(key: string, owner: T, doomed: readonly PodObject[]): Promise<void> {
    this.expectations.expectDeletions(key, doomed.map(uidOf));
    const results = await Promise.allSettled(
      doomed.map(async (pod) => {
        try {
          await this.control.delete(owner, pod);
        } catch (error) {
          this.expectations.deleted(key, uidOf(pod));
          throw error;
        }
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** A ready pod becomes available by time alone. */
  protected queueNextAvailable(key: string, pods: readonly PodObject[], minReadySeconds: number): void {
    const now_ms = this.context.clock.now();
    const waits = pods.map((pod) => availableIn_ms(pod, minReadySeconds, now_ms) ?? 0).filter((ms) => ms > 0);
    if (waits.length > 0) this.queue.addAfter(key, Math.min(...waits));
  }

  private podAdded(pod: PodObject): void {
    const owner = this.ownerOf(pod);
    if (owner) this.expectations.created(keyOf(owner));
    this.queueFor(pod, owner);
  }

  private podUpdated(pod: PodObject, old: PodObject): void {
    const owner = this.ownerOf(pod);
    if (owner && pod.metadata.deletionTimestamp) this.expectations.deleted(keyOf(owner), uidOf(pod));
    const before = this.ownerOf(old);
    if (before && before !== owner) this.queue.add(keyOf(before));
    this.queueFor(pod, owner);
  }

  private podGone(pod: PodObject): void {
    const owner = this.ownerOf(pod);
    if (!owner) return;
    this.expectations.deleted(keyOf(owner), uidOf(pod));
    this.queue.add(keyOf(owner));
  }

  private queueFor(pod: PodObject, owner: T | undefined): void {
    if (owner) {
      this.queue.add(keyOf(owner));
      return;
    }
    if (controllerOf(pod)) return;
    for (const other of this.owners.list(pod.metadata.namespace)) {
      if (matchesLabelSelector(this.selectorOf(other), pod.metadata.labels)) this.queue.add(keyOf(other));
    }
  }

  private ownerOf(pod: PodObject): T | undefined {
    const reference = controllerOf(pod);
    if (reference?.kind !== this.kind) return undefined;
    const owner = this.owners.get(reference.name, pod.metadata.namespace);
    return owner?.metadata.uid === reference.uid ? owner : undefined;
  }
}

function uidOf({ metadata }: PodObject): string {
  return metadata.uid ?? '';
}
