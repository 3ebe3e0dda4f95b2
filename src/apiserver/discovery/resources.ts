import type { JsonObject } from '../json.js';
import type { ServedKind } from '../kind-table.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export interface Subresource {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

/** What hangs below an object's URL, as discovery tells it. */
export function subresourcesOf({ definition }: ServedKind): readonly Subresource[] {
  const { kind, plural, group, subresources } = definition;
  const writable = ['get', 'patch', 'update'];
  const all: Subresource[] = [];
  if (group === '' && plural === 'pods') {
    all.push(
      { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
      { name: 'binding', kind: 'Binding', verbs: ['create'] },
      { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
      { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
      { name: 'log', kind, verbs: ['get'] },
      { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
    );
  }
  if (group === '' && plural === 'serviceaccounts') {
    all.push({ name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] });
  }
  if (group === '' && plural === 'namespaces') all.push({ name: 'finalize', kind, verbs: ['update'] });
  if (subresources?.scale) {
    all.push({ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: writable });
  }
  if (subresources?.status) all.push({ name: 'status', kind, verbs: writable });
  return all;
}

/** APIResource entries of one kind: the unaggregated form of discovery. */
export function apiResources(kind: ServedKind): JsonObject[] {
  const { definition } = kind;
  const main = {
    name: definition.plural,
    singularName: definition.singular,
    namespaced: definition.namespaced,
    kind: definition.kind,
    verbs: VERBS,
    ...aliasesOf(kind),
  };
  const subresources = subresourcesOf(kind).map(({ name, ...rest }) => ({
    name: `${definition.plural}/${name}`,
    singularName: '',
    namespaced: definition.namespaced,
    ...rest,
  }));
  return [main, ...subresources];
}

/** One entry of aggregated discovery v2. */
export function aggregatedResource(kind: ServedKind): JsonObject {
  const { definition, group, version } = kind;
  const subresources = subresourcesOf(kind).map((subresource) => ({
    subresource: subresource.name,
    responseKind: {
      group: subresource.group ?? group,
      version: subresource.version ?? version.name,
      kind: subresource.kind,
    },
    verbs: subresource.verbs,
  }));
  return {
    resource: definition.plural,
    responseKind: { group, version: version.name, kind: definition.kind },
    scope: definition.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: definition.singular,
    verbs: VERBS,
    ...aliasesOf(kind),
    ...(subresources.length > 0 && { subresources }),
  };
}

/** Not for an old group's view of another group's kind: `get all` would show its objects twice and short names be ambiguous. */
function aliasesOf({ definition, group }: ServedKind): JsonObject {
  if (group !== definition.group) return {};
  const { shortNames, categories } = definition;
  return { ...(shortNames && { shortNames }), ...(categories && { categories }) };
}
