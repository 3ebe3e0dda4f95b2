import { EMPTY_SNAPSHOT, type Translation, translate } from '../../compiler/index.js';
import { originsOf } from '../../compiler/origin.js';
import { unsupportedFieldErrors } from '../../resources/istio/unsupported.js';
import type { KubeObject } from '../../resources/object.js';
import { CliError } from '../errors.js';
import { contextOf } from './context.js';
import { CLUSTER_DOMAIN, type Conversion, type Converted, type Note } from './conversion.js';
import { withIngressNames } from './ingress-names.js';
import { withPeoplesNames } from './naming.js';
import { notesOn } from './notes.js';
import { isOlder, keyOf, listOf, type OlderList } from './older-kinds.js';
import { type Source, UNSAID_NAMESPACE } from './source.js';

/** Everything that older kinds say, in the kinds of networking.istio.io/v1. Pure. */
export function convert(input: readonly Source[]): Conversion {
  const notes: Note[] = [];
  const sources = withoutReplaced(input, notes);
  const older = { routeRules: [], destinationPolicies: [], egressRules: [], ingresses: [] } as Record<
    OlderList,
    KubeObject[]
  >;
  for (const source of sources) {
    const list = listOf(source.object);
    if (list === undefined) continue;
    const refused = unsupportedFieldErrors(source.object);
    notes.push(
      ...refused.map(({ field }) => ({ source, field, text: 'nothing in networking.istio.io/v1 was made of it' })),
    );
    older[list].push(source.object);
  }
  const translation = translate({ ...EMPTY_SNAPSHOT, ...older }, contextOf(sources, notes));
  const objects = written(translation, sources, notes);
  notes.push(...notesOn(translation, sources, objects));
  const used = new Set(objects.flatMap(({ from }) => from));
  const left = input.filter((source) => !used.has(source) && !isOlder(source.object));
  return { objects, kept: new Set(left), notes };
}

/** Of two rules of one name the later replaces the earlier, as when both are applied. */
function withoutReplaced(input: readonly Source[], notes: Note[]): Source[] {
  const last = new Map(input.map((source) => [keyOf(source.object), source]));
  return input.filter((source) => {
    const later = last.get(keyOf(source.object))!;
    if (later === source || listOf(source.object) === undefined) return true;
    notes.push({ source, field: '', text: `left out: ${later.manifest.locate()} has the same name and replaces it` });
    return false;
  });
}

function written(translation: Translation, sources: readonly Source[], notes: Note[]): Converted[] {
  const byKey = new Map(sources.map((source) => [keyOf(source.object), source]));
  return withIngressNames(withPeoplesNames(translation, CLUSTER_DOMAIN)).map((object) => {
    const from = originsOf(object).flatMap(
      ({ kind, namespace, name }) => byKey.get(`${kind}/${namespace}/${name}`) ?? [],
    );
    return { object: withFreeName(withoutMarks(object, from[0], notes), byKey), from };
  });
}

/** Another name where the input has an object of the kind that is called so and stays. */
function withFreeName(object: KubeObject, taken: ReadonlyMap<string, Source>): KubeObject {
  const { namespace = UNSAID_NAMESPACE, name } = object.metadata;
  if (!taken.has(`${object.kind}/${namespace}/${name}`)) return object;
  return { ...object, metadata: { ...object.metadata, name: `${name}-converted` } };
}

function withoutMarks(object: KubeObject, source: Source | undefined, notes: Note[]): KubeObject {
  const { annotations: _, creationTimestamp: _created, ...metadata } = object.metadata;
  const said = JSON.stringify({ ...object, metadata: { ...metadata, namespace: undefined } });
  if (metadata.namespace !== UNSAID_NAMESPACE && !said.includes(UNSAID_NAMESPACE)) return { ...object, metadata };
  if (metadata.namespace === UNSAID_NAMESPACE) delete metadata.namespace;
  const plain = said.replaceAll(`,"sourceNamespace":"${UNSAID_NAMESPACE}"`, '');
  if (plain !== said && source) {
    notes.push({
      source,
      field: 'spec.match.source',
      text: 'held for callers of one namespace: add sourceNamespace to the match',
    });
  }
  if (plain.includes(UNSAID_NAMESPACE)) {
    const hint = 'Say with -n which namespace is meant where an object does not say its own.';
    throw new CliError('NO_NAMESPACE', `${object.kind} ${metadata.name} joins objects of several namespaces`, hint);
  }
  return { ...(JSON.parse(plain) as KubeObject), metadata };
}
