import { CONTROLLER_REVISIONS, DAEMON_SETS, NODES } from '../../../resources/gvr.js';
import { sameJson } from '../../../resources/same-json.js';
import type { DaemonSetObject, NodeObject, PodObject } from '../../../resources/types.js';
import type { ControllerContext } from '../framework/controller.js';
import type { Informer } from '../framework/informers.js';
import { keyOf, parseKey } from '../framework/keys.js';
import { PodOwnerController } from '../framework/pod-owner-controller.js';
import { availableIn_ms, isActive } from '../framework/pod-state.js';
import { ControllerRevisions, hashOf, REVISION_HASH_LABEL } from '../revisions/controller-revisions.js';
import { mayStay, nodeObstacle } from '../scheduler/filters.js';
import { daemonPod, nodeOf, trialPod } from './daemon-pod.js';
import { daemonSetStatus } from './status.js';

/** Keeps one pod of each DaemonSet on each node that can take it. */
export class DaemonSetController extends PodOwnerController<DaemonSetObject> {
  private readonly nodes: Informer<NodeObject>;
  private readonly revisions: ControllerRevisions;

  constructor(context: ControllerContext) {
    super('daemonset-controller', context, 'DaemonSet', DAEMON_SETS);
    this.nodes = context.informers.informer(NODES);
    this.revisions = new ControllerRevisions(context.client, context.informers.informer(CONTROLLER_REVISIONS));
  }

  override start(): void {
    super.start();
    const all = (): void => {
      for (const set of this.owners.list()) this.queue.add(keyOf(set));
    };
    this.nodes.addHandler({
      onAdd: all,
      onDelete: all,
      onUpdate: (node, old) => {
        if (!sameJson(placing(node), placing(old))) all();
      },
    });
  }

  protected async reconcile(key: string): Promise<void> {
    const { namespace, name } = parseKey(key);
    const set = this.owners.get(name, namespace);
    if (!set) return;
    const claimed = await this.claimPods(set);
    if (set.metadata.deletionTimestamp) return;
    const current = await this.revisions.current(set);
    const hash = hashOf(current);
    const byNode = podsByNode(claimed.filter(isActive));
    const nodes = this.nodes.list();
    const named = (chosen: readonly NodeObject[]) => new Set(chosen.map(({ metadata }) => metadata.name));
    const wanted = named(nodes.filter((node) => nodeObstacle(trialPod(set, node), node) === undefined));
    const kept = named(nodes.filter((node) => mayStay(trialPod(set, node), node)));
    if (this.expectations.satisfied(key)) await this.manage(key, set, { claimed, byNode, wanted, kept, hash });
    await this.revisions.prune(set, new Set([current.metadata.name]));
    if (this.expectations.satisfied(key)) await this.updateStatus(set, wanted, byNode, hash);
    this.queueNextAvailable(key, claimed, set.spec.minReadySeconds ?? 0);
  }

  private async manage(key: string, set: DaemonSetObject, seen: Seen): Promise<void> {
    const { claimed, byNode, wanted, kept, hash } = seen;
    const missing = [...wanted].filter((node) => !byNode.has(node));
    const strays = [...byNode].flatMap(([node, pods]) => (kept.has(node) ? pods.slice(1) : pods));
    const ended = claimed.filter((pod) => !isActive(pod) && !pod.metadata.deletionTimestamp);
    await this.deletePods(key, set, [...strays, ...ended]);
    await this.createPods(key, set, missing.length, (i) => daemonPod(set, missing[i]!, hash));
    if (missing.length > 0 || strays.length > 0 || set.spec.updateStrategy?.type === 'OnDelete') return;
    await this.deletePods(key, set, this.outdated(set, seen));
  }

  /** Pods of old templates that may be replaced now: those that don't serve, and as many others as may be missing at once. */
  private outdated(set: DaemonSetObject, { byNode, wanted, hash }: Seen): PodObject[] {
    const now_ms = this.context.clock.now();
    const serves = (pod: PodObject): boolean => availableIn_ms(pod, set.spec.minReadySeconds ?? 0, now_ms) === 0;
    const pods = [...byNode].filter(([node]) => wanted.has(node)).map(([, [pod]]) => pod!);
    const old = pods.filter(({ metadata }) => metadata.labels?.[REVISION_HASH_LABEL] !== hash);
    const idle = old.filter((pod) => !serves(pod));
    const room = maxUnavailable(set, wanted.size) - (wanted.size - pods.filter(serves).length);
    return [...idle, ...old.filter(serves).slice(0, Math.max(0, room))];
  }

  private async updateStatus(
    set: DaemonSetObject,
    wanted: ReadonlySet<string>,
    byNode: ReadonlyMap<string, readonly PodObject[]>,
    hash: string,
  ): Promise<void> {
    const status = daemonSetStatus(set, wanted, byNode, hash, this.context.clock.now());
    if (sameJson(status, set.status)) return;
    await this.context.client.updateStatus(DAEMON_SETS, { ...set, status }, { fieldManager: this.name });
  }
}

interface Seen {
  readonly claimed: readonly PodObject[];
  readonly byNode: ReadonlyMap<string, readonly PodObject[]>;
  readonly wanted: ReadonlySet<string>;
  /** Where one that runs goes on though a new one could not start. */
  readonly kept: ReadonlySet<string>;
  readonly hash: string;
}

/** Oldest first on each node. */
function podsByNode(pods: readonly PodObject[]): Map<string, PodObject[]> {
  const result = new Map<string, PodObject[]>();
  const age = ({ metadata }: PodObject): string => `${metadata.creationTimestamp} ${metadata.name}`;
  for (const pod of [...pods].sort((a, b) => (age(a) < age(b) ? -1 : 1))) {
    const node = nodeOf(pod);
    if (node === undefined) continue;
    const list = result.get(node);
    if (list) list.push(pod);
    else result.set(node, [pod]);
  }
  return result;
}

/** A heartbeat changes a node every few seconds, and no placing. */
function placing({ metadata, spec, status }: NodeObject): unknown {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  return [metadata.labels, spec?.taints, spec?.unschedulable, ready];
}

function maxUnavailable({ spec }: DaemonSetObject, nodes: number): number {
  const amount = spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1;
  if (typeof amount === 'number') return Math.max(1, amount);
  return Math.max(1, Math.ceil((Number.parseInt(String(amount), 10) * nodes) / 100));
}
