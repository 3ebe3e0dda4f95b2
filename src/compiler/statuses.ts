import { meshOf } from './model/mesh.js';
import { keyOf } from './ordering.js';
import { policyOf } from './policy/policy.js';
import { type MeshSnapshot, type ObjectRef, POLICY_LIST_NAMES, type Problem, refOf } from './snapshot.js';

/** As in Kubernetes; whoever stores it adds lastTransitionTime and observedGeneration. */
export interface Condition {
  readonly type: Problem['type'];
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

export interface ResourceStatus {
  readonly object: ObjectRef;
  readonly conditions: readonly Condition[];
}

const GOOD: Readonly<Record<Problem['type'], Condition>> = {
  Accepted: { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'The mesh does what the object says' },
  ResolvedRefs: {
    type: 'ResolvedRefs',
    status: 'True',
    reason: 'ResolvedRefs',
    message: 'Everything that it names exists',
  },
};

/** What the mesh makes of each object of Istio's: whether it applies, and whether everything that it names exists. */
export function statuses(snapshot: MeshSnapshot): ResourceStatus[] {
  const problems = new Map<string, Problem[]>();
  for (const problem of [...meshOf(snapshot).problems, ...policyOf(snapshot).problems]) {
    const key = `${problem.object.kind}/${problem.object.namespace}/${problem.object.name}`;
    problems.set(key, [...(problems.get(key) ?? []), problem]);
  }
  return configObjects(snapshot).map((object) => ({
    object: refOf(object),
    conditions: conditionsOf(problems.get(`${object.kind}/${keyOf(object)}`) ?? []),
  }));
}

function configObjects(snapshot: MeshSnapshot) {
  const { routeRules, destinationPolicies, egressRules, ingresses } = snapshot;
  const { virtualServices, destinationRules, gateways, serviceEntries, sidecars, envoyFilters } = snapshot;
  return [
    ...[routeRules, destinationPolicies, egressRules, ingresses],
    ...[virtualServices, destinationRules, gateways, serviceEntries, sidecars, envoyFilters],
    ...POLICY_LIST_NAMES.map((list) => snapshot[list]),
  ].flat();
}

function conditionsOf(problems: readonly Problem[]): Condition[] {
  return (['Accepted', 'ResolvedRefs'] as const).map((type) => {
    const own = problems.filter((problem) => problem.type === type);
    const [first] = own;
    if (first === undefined) return GOOD[type];
    const message = [...new Set(own.map((problem) => problem.message))].join('; ');
    return { type, status: 'False', reason: first.reason, message };
  });
}
