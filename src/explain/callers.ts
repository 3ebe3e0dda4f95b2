import { create, type JsonObject } from '@bufbuild/protobuf';
import type { MeshSnapshot } from '../compiler/index.js';
import { matchesLabels } from '../resources/labels/selector.js';
import type { KubeObject } from '../resources/object.js';
import { type Node, NodeSchema } from '../xds/types/gen/envoy/config/core/v3/base_pb.js';

/** The word that means the ingress gateway. */
export const INGRESS = 'ingress';
/** Labels of the ingress gateway where no pod is known that has them: Istio's. */
const INGRESS_LABELS = { app: 'istio-ingressgateway', istio: 'ingressgateway' };
const INGRESS_WORKLOAD = { name: 'istio-ingressgateway', namespace: 'istio-system' };

/**
 * The proxy that a word means: `ingress`; a pod, or the service, workload or `app` label of one; `KIND/NAME`; each also with its
 * namespace, as `NAMESPACE/NAME`, `NAME.NAMESPACE` or by the default.
 * @returns undefined where nothing has the name
 */
export function callerOf(snapshot: MeshSnapshot, word: string, namespace: string): Node | undefined {
  if (word === INGRESS) return ingressNode(snapshot);
  for (const wanted of readings(word, namespace)) {
    const pod = podOf(snapshot, wanted);
    if (pod !== undefined) return nodeOf('sidecar', pod);
  }
  return undefined;
}

/** What could be meant, for an error message. */
export function callerNames(snapshot: MeshSnapshot): string[] {
  return [INGRESS, ...new Set(snapshot.pods.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))];
}

interface Wanted {
  readonly name: string;
  readonly namespace: string;
}

const WORKLOAD_KINDS = /^(pods?|po|deployments?|deploy|services?|svc|statefulsets?|sts|daemonsets?|ds|jobs?)$/i;

function readings(word: string, namespace: string): Wanted[] {
  const slash = word.indexOf('/');
  if (slash > 0) {
    const [first, rest] = [word.slice(0, slash), word.slice(slash + 1)];
    return WORKLOAD_KINDS.test(first) ? readings(rest, namespace) : [{ namespace: first, name: rest }];
  }
  const dot = word.lastIndexOf('.');
  const dotted = dot > 0 ? [{ name: word.slice(0, dot), namespace: word.slice(dot + 1) }] : [];
  return [{ name: word, namespace }, ...dotted];
}

function podOf({ pods, services }: MeshSnapshot, { name, namespace }: Wanted): KubeObject | undefined {
  const here = pods.filter(({ metadata }) => metadata.namespace === namespace);
  const byName = here.find(({ metadata }) => metadata.name === name);
  const owned = (pod: KubeObject): boolean =>
    (pod.metadata.ownerReferences ?? []).some((owner) => owner.name === name || isHashed(owner.name, name));
  const service = services.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  const selector = (service?.['spec'] as { selector?: Record<string, string> } | undefined)?.selector;
  const selected = (pod: KubeObject): boolean =>
    selector !== undefined && matchesLabels(selector, pod.metadata.labels ?? {});
  return byName ?? here.find(owned) ?? here.find(selected) ?? here.find((pod) => pod.metadata.labels?.['app'] === name);
}

/** `reviews-v1-6fc97476f8` is of `reviews-v1`. */
function isHashed(owner: string, name: string): boolean {
  return owner.startsWith(`${name}-`) && /^[a-z0-9]{6,10}$/.test(owner.slice(name.length + 1));
}

function ingressNode({ pods }: MeshSnapshot): Node {
  const pod = pods.find(({ metadata }) => metadata.labels?.['istio'] === INGRESS_LABELS.istio);
  if (pod !== undefined) return nodeOf('router', pod);
  return describe('router', { ...INGRESS_WORKLOAD, ip: '0.0.0.0', labels: INGRESS_LABELS });
}

function nodeOf(kind: 'sidecar' | 'router', { metadata, status }: KubeObject): Node {
  const ip = (status as { podIP?: string } | undefined)?.podIP || '0.0.0.0';
  return describe(kind, {
    name: metadata.name,
    namespace: metadata.namespace ?? 'default',
    ip,
    labels: metadata.labels ?? {},
  });
}

function describe(
  kind: 'sidecar' | 'router',
  { name, namespace, ip, labels }: Wanted & { ip: string; labels: Record<string, string> },
): Node {
  const metadata: JsonObject = { NAMESPACE: namespace, LABELS: labels };
  return create(NodeSchema, { id: `${kind}~${ip}~${name}.${namespace}~${namespace}.svc.cluster.local`, metadata });
}
