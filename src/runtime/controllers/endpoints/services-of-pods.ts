import { PODS, SERVICES } from '../../../resources/gvr.js';
import { matchesLabels } from '../../../resources/labels/selector.js';
import { sameJson } from '../../../resources/same-json.js';
import type { PodObject, ServiceObject } from '../../../resources/types.js';
import type { Informer, Informers } from '../framework/informers.js';
import { keyOf } from '../framework/keys.js';
import { isReady } from '../framework/pod-state.js';

/** Services, their pods, and which services a change concerns. */
export class ServicesOfPods {
  readonly services: Informer<ServiceObject>;
  readonly pods: Informer<PodObject>;

  constructor(informers: Informers) {
    this.services = informers.informer(SERVICES);
    this.pods = informers.informer(PODS);
  }

  /** @param queue called with the key of each service whose endpoints may have changed */
  subscribe(queue: (key: string) => void): void {
    const queueService = (service: ServiceObject): void => queue(keyOf(service));
    this.services.addHandler({ onAdd: queueService, onUpdate: queueService, onDelete: queueService });
    this.pods.addHandler({
      onAdd: (pod) => this.queueFor(pod, queue),
      onUpdate: (pod, old) => {
        if (sameEndpoint(pod, old)) return;
        this.queueFor(old, queue);
        this.queueFor(pod, queue);
      },
      onDelete: (pod) => this.queueFor(pod, queue),
    });
  }

  private queueFor(pod: PodObject, queue: (key: string) => void): void {
    for (const service of this.services.list(pod.metadata.namespace)) {
      const { selector } = service.spec;
      if (selector && matchesLabels(selector, pod.metadata.labels)) queue(keyOf(service));
    }
  }
}

function sameEndpoint(a: PodObject, b: PodObject): boolean {
  return (
    a.status?.podIP === b.status?.podIP &&
    a.status?.phase === b.status?.phase &&
    isReady(a) === isReady(b) &&
    a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
    a.spec.nodeName === b.spec.nodeName &&
    sameJson(a.metadata.labels, b.metadata.labels)
  );
}
