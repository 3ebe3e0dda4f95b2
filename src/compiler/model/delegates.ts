import type { HttpRoute, VirtualService } from '../../resources/istio/virtualservice/types.js';
import { byAge, keyOf } from '../ordering.js';
import { namespaceOf, type Problem, refOf } from '../snapshot.js';
import { mergeDelegated } from './merge-delegated.js';
import { isVisible } from './visibility.js';

/** A route and the object that it was written in, by which short names in it are understood. */
export interface PlacedRoute {
  readonly route: HttpRoute;
  readonly object: VirtualService;
  /** In that object's spec.http. */
  readonly index: number;
}

/** A VirtualService with hosts, and its routes with those that it delegates to in their places. */
export interface PlacedVirtualService {
  readonly object: VirtualService;
  readonly http: readonly PlacedRoute[];
}

export interface Placement {
  /** In order of age. */
  readonly virtualServices: readonly PlacedVirtualService[];
  readonly problems: readonly Problem[];
}

/** VirtualServices without hosts stand where others delegate to them. What cannot be found or merged is left out, and told. */
export function placeDelegates(objects: readonly VirtualService[]): Placement {
  const delegates = new Map(objects.filter((object) => !isRoot(object)).map((object) => [keyOf(object), object]));
  const used = new Set<VirtualService>();
  const problems: Problem[] = [];
  const virtualServices = objects
    .filter(isRoot)
    .toSorted(byAge)
    .map((object) => ({
      object,
      http: (object.spec.http ?? []).flatMap((route, index): PlacedRoute[] => {
        if (route.delegate === undefined) return [{ route, object, index }];
        const delegate = find({ route, object, index }, delegates, problems);
        if (delegate === undefined) return [];
        used.add(delegate);
        return expand({ route, object, index }, delegate, problems);
      }),
    }));
  const idle = [...delegates.values()].filter((object) => !used.has(object)).map(unused);
  return { virtualServices, problems: [...problems, ...idle] };
}

function isRoot({ spec }: VirtualService): boolean {
  return (spec.hosts ?? []).length > 0;
}

function find(
  { route, object, index }: PlacedRoute,
  delegates: ReadonlyMap<string, VirtualService>,
  problems: Problem[],
): VirtualService | undefined {
  const namespace = route.delegate?.namespace || namespaceOf(object);
  const key = `${namespace}/${route.delegate?.name ?? ''}`;
  const found = delegates.get(key);
  if (found && isVisible(found.spec.exportTo, namespace, namespaceOf(object))) return found;
  const why = found
    ? `VirtualService ${key} is not exported to the namespace ${namespaceOf(object)}: see its spec.exportTo`
    : `No VirtualService ${key} without spec.hosts exists`;
  const message = `spec.http[${index}].delegate: ${why}; the route does not apply`;
  problems.push({ object: refOf(object), type: 'ResolvedRefs', reason: 'DelegateNotFound', message });
  return undefined;
}

function expand(root: PlacedRoute, delegate: VirtualService, problems: Problem[]): PlacedRoute[] {
  return (delegate.spec.http ?? []).flatMap((route, index): PlacedRoute[] => {
    const merged = mergeDelegated(root.route, route);
    if (merged !== undefined) return [{ route: merged, object: delegate, index }];
    const from = `spec.http[${root.index}] of VirtualService ${keyOf(root.object)}`;
    const message = `spec.http[${index}] never applies: no request can match both it and ${from}, which delegates to it`;
    problems.push({ object: refOf(delegate), type: 'Accepted', reason: 'DelegateConflict', message });
    return [];
  });
}

function unused(object: VirtualService): Problem {
  const message = 'Never applies: it has no spec.hosts, and no VirtualService delegates to it';
  return { object: refOf(object), type: 'Accepted', reason: 'NotDelegatedTo', message };
}
