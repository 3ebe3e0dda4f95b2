import type { JsonObject } from '@bufbuild/protobuf';
import type { ConfigPatch, EnvoyFilter } from '../../resources/istio/envoyfilter/types.js';
import { memo } from '../memo.js';
import { byAge } from '../ordering.js';
import { namespaceOf, type Problem, refOf } from '../snapshot.js';
import { type EnvoyFilterModel, type Operation, PART_SCHEMAS, type Part, type Patch } from './patch-types.js';
import { parseValue } from './patch-value.js';

interface Built {
  readonly filter: EnvoyFilterModel;
  readonly problems: readonly Problem[];
}

const INSERTS: ReadonlySet<string> = new Set(['INSERT_BEFORE', 'INSERT_AFTER', 'INSERT_FIRST']);
/** Parts whose place among others counts; for the rest to insert is to add. */
const ORDERED: ReadonlySet<Part> = new Set(['LISTENER_FILTER', 'NETWORK_FILTER', 'HTTP_FILTER', 'HTTP_ROUTE']);
/** Stored objects do not change, and values are large. */
const built = new WeakMap<EnvoyFilter, Built>();

/** In the order in which they apply: by priority, then those of the root namespace, then by age. */
export function buildEnvoyFilters(
  objects: readonly EnvoyFilter[],
  rootNamespace: string,
): { readonly filters: readonly EnvoyFilterModel[]; readonly problems: readonly Problem[] } {
  const all = objects.toSorted(byAge).map((object) => memo(built, object, () => build(object)));
  const isRoot = ({ namespace }: EnvoyFilterModel): number => (namespace === rootNamespace ? 0 : 1);
  const filters = all.map(({ filter }) => filter);
  return {
    filters: filters.toSorted((left, right) => left.priority - right.priority || isRoot(left) - isRoot(right)),
    problems: all.flatMap(({ problems }) => problems),
  };
}

function build(object: EnvoyFilter): Built {
  const { workloadSelector, configPatches = [], priority = 0 } = object.spec ?? {};
  const labels = workloadSelector?.labels ?? {};
  const origin = refOf(object);
  const problems: Problem[] = [];
  const patches = configPatches.flatMap((each, index): Patch[] => {
    const field = `spec.configPatches[${index}]`;
    const { part, operation, ...rest } = shapeOf(each);
    if (part === undefined || operation === undefined) return [];
    const parsed = parseValue(part, rest.value);
    if ('problem' in parsed) {
      const message = `${field}.patch.value: ${parsed.problem}; the patch is left out`;
      problems.push({ object: origin, type: 'Accepted', reason: 'Invalid', message });
      return [];
    }
    return [{ origin, field, part, operation, match: each.match ?? {}, value: parsed.value }];
  });
  const selector = Object.keys(labels).length > 0 ? { selector: labels } : {};
  return { filter: { origin, namespace: namespaceOf(object), priority, ...selector, patches }, problems };
}

function shapeOf({ applyTo = '', patch }: ConfigPatch): { part?: Part; operation?: Operation; value?: JsonObject } {
  if (!Object.hasOwn(PART_SCHEMAS, applyTo)) return {};
  const part = applyTo as Part;
  const written = patch?.operation as Operation;
  const operation = INSERTS.has(written) && !ORDERED.has(part) ? 'ADD' : written;
  const value = operation === 'REMOVE' ? undefined : (patch?.value as JsonObject | undefined);
  return { part, operation, ...(value && { value }) };
}
