import type { ObjectRef, Problem } from '../snapshot.js';
import { gatewaysOf, mergeServers } from './gateway-listeners.js';
import { secretProblem } from './gateway-secrets.js';
import type { GatewayModel, Mesh } from './types.js';

type Parts = Pick<Mesh, 'gateways' | 'workloads' | 'secrets'>;

/** Servers that keep each other out, Gateways that no pod is, and Secrets that are not there. */
export function gatewayProblems(mesh: Parts): Problem[] {
  const pods = podsOf(mesh);
  return [...conflicts(mesh, pods), ...mesh.gateways.flatMap((gateway) => dangling(mesh, gateway, pods))];
}

interface GatewayPods {
  readonly gateways: readonly GatewayModel[];
  readonly namespaces: Set<string>;
}

/** The sets of Gateways that some pod is, each once. */
function podsOf(mesh: Parts): readonly GatewayPods[] {
  const sets = new Map<string, GatewayPods>();
  if (mesh.gateways.length === 0) return [];
  for (const [key, { labels }] of mesh.workloads) {
    const gateways = gatewaysOf(mesh, labels);
    if (gateways.length === 0) continue;
    const id = gateways.map((gateway) => gateway.key).join(',');
    const known = sets.get(id) ?? { gateways, namespaces: new Set<string>() };
    sets.set(id, known);
    known.namespaces.add(key.split('/')[0] ?? '');
  }
  return [...sets.values()];
}

function conflicts({ gateways }: Parts, pods: readonly GatewayPods[]): Problem[] {
  const together = pods.length > 0 ? pods.map((set) => set.gateways) : sameSelector(gateways);
  const messages = new Map<string, Problem>();
  for (const { gateway, server, message } of together.flatMap((set) => mergeServers(set, (port) => port).refused)) {
    for (const object of gateway.origins) {
      const text = `${fieldFor(object, server.field)} does not apply: ${message}`;
      messages.set(`${keyOf(object)}|${text}`, { object, type: 'Accepted', reason: 'Conflict', message: text });
    }
  }
  return [...messages.values()];
}

/** While there is no pod yet: those that will be the same ones. */
function sameSelector(gateways: readonly GatewayModel[]): GatewayModel[][] {
  const groups = new Map<string, GatewayModel[]>();
  for (const gateway of gateways) {
    const key = JSON.stringify(gateway.selector);
    groups.set(key, [...(groups.get(key) ?? []), gateway]);
  }
  return [...groups.values()];
}

function dangling(mesh: Parts, gateway: GatewayModel, pods: readonly GatewayPods[]): Problem[] {
  const own = pods.filter(({ gateways }) => gateways.includes(gateway));
  if (own.length === 0) {
    const selector = Object.entries(gateway.selector).map(([name, value]) => `${name}=${value}`);
    const message = `No pod has the labels ${selector.join(',')} of spec.selector: nothing listens for this Gateway`;
    return gateway.origins
      .filter(({ kind }) => kind === 'Gateway')
      .map((object) => ({ object, type: 'ResolvedRefs', reason: 'PodNotFound', message }));
  }
  const namespaces = new Set(own.flatMap((set) => [...set.namespaces]));
  return [...namespaces].flatMap((namespace) => missingSecrets(mesh, gateway, namespace));
}

function missingSecrets({ secrets }: Parts, gateway: GatewayModel, namespace: string): Problem[] {
  return gateway.servers.flatMap(({ field, tls }) =>
    (tls?.secrets ?? []).flatMap((name): Problem[] => {
      const problem = secretProblem(secrets, { name, namespace }, tls!.mode);
      if (problem === undefined) return [];
      return gateway.origins.map((object) => {
        const message = `${fieldFor(object, field)}: ${problem}; nothing listens for its hosts`;
        return { object, type: 'ResolvedRefs', reason: 'SecretNotFound', message };
      });
    }),
  );
}

/** What was converted has other fields. */
function fieldFor({ kind }: ObjectRef, field: string): string {
  return kind === 'Ingress' ? 'spec.tls' : field;
}

function keyOf({ kind, namespace, name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}
