import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import { REPLICATION_CONTROLLERS } from '../../../resources/gvr.js';
import type { ReplicaSetObject, ReplicationControllerObject } from '../../../resources/types.js';
import type { ControllerContext } from '../framework/controller.js';
import { ReplicaSetController } from '../replicaset/replica-set-controller.js';

/** Keeps the pods of ReplicationControllers, which are ReplicaSets but for their selector. */
export class ReplicationControllerController extends ReplicaSetController {
  constructor(context: ControllerContext) {
    super(context, {
      name: 'replication-controller',
      kind: 'ReplicationController',
      resource: REPLICATION_CONTROLLERS,
    });
  }

  protected override selectorOf(owner: ReplicaSetObject): LabelSelector {
    const { selector } = (owner as unknown as ReplicationControllerObject).spec;
    return { matchLabels: selector ?? {} };
  }
}
