import { KINDS } from '../../resources/registry.js';
import { CronJobController } from './cronjob/cron-job-controller.js';
import { CustomResourceController } from './custom-resources/custom-resource-controller.js';
import { DaemonSetController } from './daemonset/daemon-set-controller.js';
import { DeploymentController } from './deployment/deployment-controller.js';
import { DisruptionController } from './disruption/disruption-controller.js';
import { EndpointSliceController } from './endpoints/endpoint-slice-controller.js';
import { EndpointsController } from './endpoints/endpoints-controller.js';
import { EventExpiry } from './events/event-expiry.js';
import type { ControllerContext } from './framework/controller.js';
import { storedKinds } from './framework/stored-kinds.js';
import { GarbageCollector } from './garbage-collector/garbage-collector.js';
import { IngressStatusController } from './ingress/ingress-status-controller.js';
import { JobController } from './job/job-controller.js';
import { NamespaceController } from './namespace/namespace-controller.js';
import { NodeLifecycleController } from './node-lifecycle/node-lifecycle-controller.js';
import type { VolumeFolders } from './persistent-volume/local-folders.js';
import { PersistentVolumeController } from './persistent-volume/persistent-volume-controller.js';
import { PodGarbageCollector } from './pod-garbage-collector/pod-garbage-collector.js';
import { ReplicaSetController } from './replicaset/replica-set-controller.js';
import { ReplicationControllerController } from './replication-controller/replication-controller.js';
import { Scheduler } from './scheduler/scheduler.js';
import { ServiceAccountController } from './service-account/service-account-controller.js';
import { StatefulSetController } from './statefulset/stateful-set-controller.js';
import { TaintEvictionController } from './taint-eviction/taint-eviction-controller.js';

export interface RunningControllers {
  /** Resolves when no controller has anything to do right now. */
  idle(): Promise<void>;
  /** Resolves when nothing of them runs any more. */
  stop(): Promise<void>;
}

export interface ControllerOptions {
  /** IP at which the ingress gateway listens; absent where there is none. */
  readonly ingressAddress?: string;
  /** Where claims get their volumes. */
  readonly volumeFolders: VolumeFolders;
}

/** Starts every controller of the control plane, once their informers know what there is. */
export async function startControllers(
  context: ControllerContext,
  { ingressAddress, volumeFolders }: ControllerOptions,
): Promise<RunningControllers> {
  const kinds = storedKinds(KINDS);
  const namespaces = new NamespaceController(context, kinds);
  const garbage = new GarbageCollector(context, kinds);
  const custom = new CustomResourceController(
    context,
    (kind) => {
      namespaces.addKind(kind);
      garbage.addKind(kind);
    },
    (kind) => {
      namespaces.removeKind(kind);
      garbage.removeKind(kind);
      context.informers.forget(kind.resource);
    },
  );
  const controllers = [
    new ServiceAccountController(context),
    new DeploymentController(context),
    new ReplicaSetController(context),
    new ReplicationControllerController(context),
    new StatefulSetController(context),
    new DaemonSetController(context),
    new JobController(context),
    new CronJobController(context),
    new DisruptionController(context),
    new PersistentVolumeController(context, volumeFolders),
    new Scheduler(context),
    new EndpointsController(context),
    new EndpointSliceController(context),
    namespaces,
    custom,
    new NodeLifecycleController(context),
    new TaintEvictionController(context),
    new PodGarbageCollector(context),
    garbage,
    ...(ingressAddress === undefined ? [] : [new IngressStatusController(context, ingressAddress)]),
  ];
  const parts = [...controllers, new EventExpiry(context)];
  await Promise.all(kinds.map(({ resource }) => context.informers.informer(resource).synced));
  for (const part of parts) part.start();
  return {
    idle: async () => {
      for (const controller of controllers) await controller.idle();
    },
    stop: async () => {
      await Promise.all(parts.map((part) => part.stop()));
    },
  };
}
