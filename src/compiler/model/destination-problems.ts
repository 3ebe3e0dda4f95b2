import type { ClientTls } from '../../resources/istio/destinationrule/types.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import { groupBy } from '../group-by.js';
import type { ObjectRef, Problem } from '../snapshot.js';
import type { DestinationRuleModel } from './destination-types.js';
import { authoritiesOf, CA_SUFFIX, keyPairOf, type Secrets } from './gateway-secrets.js';
import { topologyLabels } from './locality.js';
import type { Labels, Mesh, Service, Workload } from './types.js';

type Parts = Pick<Mesh, 'services' | 'destinationRules' | 'workloads' | 'secrets'>;

const SERVICE_ENTRY = 'ServiceEntry';

/** Subsets that nothing is part of, Secrets that are not there, and ServiceEntries of which something is left out. */
export function destinationProblems(mesh: Parts): Problem[] {
  return [...emptySubsets(mesh), ...missingSecrets(mesh), ...portConflicts(mesh)];
}

function emptySubsets({ services, destinationRules, workloads }: Parts): Problem[] {
  const byNamespace = groupBy(workloads, ([key]) => key.slice(0, key.indexOf('/')));
  return [...destinationRules].flatMap(([host, rules]) => {
    const service = services.get(host);
    const written = rules.filter(({ converted, subsets }) => !converted && subsets.size > 0);
    if (service === undefined || service.resolution === 'original' || written.length === 0) return [];
    const behind = (byNamespace.get(service.namespace) ?? []).map(([, workload]) => workload);
    return written.flatMap((rule) => emptyIn(rule, service, labelsBehind(service, behind)));
  });
}

/** The labels of everything that serves, or will when it is ready. */
function labelsBehind({ selector, ports }: Service, workloads: readonly Workload[]): Labels[] {
  const chosen = selector ? workloads.filter(({ labels }) => matchesLabels(selector, labels)) : [];
  return [...chosen, ...ports.flatMap(({ endpoints }) => endpoints)].map((one) => topologyLabels(one.labels, one));
}

/** A service that serves nothing at all is no fault of its subsets. */
function emptyIn(
  { origins, subsets }: DestinationRuleModel,
  { hostname }: Service,
  known: readonly Labels[],
): Problem[] {
  if (known.length === 0) return [];
  return [...subsets].flatMap(([name, { labels }]) => {
    if (known.some((one) => matchesLabels(labels, one))) return [];
    const wanted = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
    const message = `The subset ${name} of ${hostname} has no endpoints: nothing that serves has the labels ${wanted.join(', ')}; requests routed to it get 503`;
    return origins.map((object) => ({
      object,
      type: 'ResolvedRefs' as const,
      reason: 'SubsetWithoutEndpoints',
      message,
    }));
  });
}

/** Of rules for some sidecars: those for all leave it to gateways, which look for it in namespaces of their own. */
function missingSecrets({ destinationRules, secrets }: Parts): Problem[] {
  const limited = [...destinationRules.values()].flat().filter(({ workloadSelector }) => workloadSelector);
  return limited.flatMap(({ origins, namespace, trafficPolicy, subsets }) => {
    const policies = [trafficPolicy, ...[...subsets.values()].map((subset) => subset.trafficPolicy)];
    const settings = policies.flatMap((policy) => [
      policy?.tls,
      ...(policy?.portLevelSettings ?? []).map(({ tls }) => tls),
    ]);
    return settings.flatMap((tls) => {
      const missing = tls && whatSecretLacks(secrets, tls, namespace);
      if (!missing) return [];
      const message = `${missing}; connections of the sidecars that the rule selects fail`;
      return origins.map((object) => ({ object, type: 'ResolvedRefs' as const, reason: 'SecretNotFound', message }));
    });
  });
}

function whatSecretLacks(secrets: Secrets, tls: ClientTls, namespace: string): string | undefined {
  const { credentialName: name, mode, insecureSkipVerify } = tls;
  if (!name || (mode !== 'SIMPLE' && mode !== 'MUTUAL')) return undefined;
  const ref = { name, namespace };
  if (mode === 'MUTUAL' && !keyPairOf(secrets, ref)) return `No Secret ${namespace}/${name} has tls.crt and tls.key`;
  if (insecureSkipVerify || authoritiesOf(secrets, ref)) return undefined;
  return `No Secret ${namespace}/${name} or ${namespace}/${name}${CA_SUFFIX} has ca.crt`;
}

/**
 * TCP says nothing of its host, so that of several services without an address only one can have a port. HTTP and TLS are told
 * apart, and come first.
 */
function portConflicts({ services }: Parts): Problem[] {
  const owners = new Map<number, Service>();
  const problems: Problem[] = [];
  for (const service of services.values()) {
    if (service.addresses.length > 0 || service.resolution === 'original') continue;
    for (const { number, protocol } of service.ports) {
      if (protocol !== 'tcp') continue;
      const owner = owners.get(number);
      if (owner === undefined) owners.set(number, service);
      else if (service.origin.kind === SERVICE_ENTRY)
        problems.push(portConflict(service.origin, owner, service, number));
    }
  }
  return problems;
}

function portConflict(object: ObjectRef, owner: Service, { hostname }: Service, port: number): Problem {
  const { kind, namespace, name } = owner.origin;
  const message = `TCP connections to port ${port} of ${hostname} go to ${owner.hostname} of ${kind} ${namespace}/${name}, which came first: neither has an address by which they could be told apart; give spec.addresses`;
  return { object, type: 'Accepted', reason: 'PortConflict', message };
}
