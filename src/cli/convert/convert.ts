import { validate } from '../../analysis/index.js';
import { resolveShortHost } from '../../compiler/hostname.js';
import { EMPTY_SNAPSHOT, type TranslateContext, type Translation, translate } from '../../compiler/index.js';
import { originsOf } from '../../compiler/origin.js';
import type { DestinationPolicy } from '../../resources/istio/destinationpolicy/types.js';
import type { RouteRule } from '../../resources/istio/routerule/types.js';
import { unsupportedFieldErrors } from '../../resources/istio/unsupported.js';
import type { KubeObject } from '../../resources/object.js';
import { CliError } from '../errors.js';
import { insteadOf } from './counterparts.js';
import { withIngressNames } from './ingress-names.js';
import { withPeoplesNames } from './naming.js';
import { type Source, UNSAID_NAMESPACE } from './source.js';

/** One object of the output, and where in the order of the input it belongs. */
export interface Converted {
  readonly object: KubeObject;
  /** What it was made of; the first says where it stands. */
  readonly from: readonly Source[];
}

/** Something of the input that the output does not say. */
export interface Note {
  readonly source: Source;
  /** `spec.corsPolicy`; empty for the whole object. */
  readonly field: string;
  readonly text: string;
}

export interface Conversion {
  readonly objects: readonly Converted[];
  /** Objects that nothing was made of: other kinds, which stay as they are. */
  readonly kept: ReadonlySet<Source>;
  readonly notes: readonly Note[];
}

const CLUSTER_DOMAIN = 'cluster.local';
const MIXER_GROUP = 'config.istio.io';

type OlderList = 'routeRules' | 'destinationPolicies' | 'egressRules' | 'ingresses';
const LISTS: Readonly<Record<string, OlderList>> = {
  RouteRule: 'routeRules',
  DestinationPolicy: 'destinationPolicies',
  EgressRule: 'egressRules',
  Ingress: 'ingresses',
};

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
  notes.push(...problemsOf(translation, sources), ...withoutCounterpart(sources), ...lostTls(sources, objects));
  notes.push(...sharedHosts(sources, objects), ...objects.flatMap(refusals));
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

function listOf({ apiVersion, kind }: KubeObject): OlderList | undefined {
  if (kind === 'Ingress') return 'ingresses';
  return apiVersion.startsWith(`${MIXER_GROUP}/`) ? LISTS[kind] : undefined;
}

/** Whether it is of a kind that today's Istio has not. An Ingress stays where it is of another class. */
function isOlder({ apiVersion }: KubeObject): boolean {
  return apiVersion.startsWith(`${MIXER_GROUP}/`);
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

function contextOf(sources: readonly Source[], notes: Note[]): TranslateContext {
  const services = new Map(sources.filter(isService).map((source) => [keyOf(source.object), source.object]));
  const specOf = (namespace: string, name: string) =>
    services.get(`Service/${namespace}/${name}`)?.['spec'] as ServiceSpec | undefined;
  const assumed = new Set<string>();
  return {
    domain: CLUSTER_DOMAIN,
    selectorOf(namespace, name) {
      if (name === '') return undefined;
      const selector = specOf(namespace, name)?.selector;
      if (selector !== undefined) return selector;
      const asker = sources.find(({ object }) => sourceOf(object)?.name === name);
      if (asker && !assumed.has(name)) {
        const field = asker.object.kind === 'RouteRule' ? 'spec.match.source' : 'spec.source';
        const text = `the Service ${name} is not in the input: its pods were taken for those with the label app: ${name}`;
        notes.push({ source: asker, field, text });
      }
      assumed.add(name);
      return { app: name };
    },
    portNumber: (namespace, name, portName) =>
      specOf(namespace, name)?.ports?.find((port) => port.name === portName)?.port,
  };
}

function sourceOf({ kind, spec }: KubeObject): { name?: string } | undefined {
  if (kind === 'RouteRule') return (spec as RouteRule['spec']).match?.source;
  return kind === 'DestinationPolicy' ? (spec as DestinationPolicy['spec']).source : undefined;
}

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly name?: string; readonly port: number }[];
}

function isService({ object }: Source): boolean {
  return object.kind === 'Service' && object.apiVersion === 'v1';
}

function problemsOf(translation: Translation, sources: readonly Source[]): Note[] {
  const byKey = new Map(sources.map((source) => [keyOf(source.object), source]));
  return translation.problems.flatMap(({ object, message }) => {
    const source = byKey.get(`${object.kind}/${object.namespace}/${object.name}`);
    return source ? [{ source, field: '', text: `left out. ${message}`.replaceAll(`${UNSAID_NAMESPACE}/`, '') }] : [];
  });
}

function withoutCounterpart(sources: readonly Source[]): Note[] {
  return sources
    .filter(({ object }) => isOlder(object) && LISTS[object.kind] === undefined)
    .map((source) => ({ source, field: '', text: `has no counterpart: ${insteadOf(source.object.kind)}` }));
}

/** Certificates of an Ingress that no server of the Gateway took over. */
function lostTls(sources: readonly Source[], objects: readonly Converted[]): Note[] {
  const kept = objects.some(({ object }) => object.kind === 'Gateway' && JSON.stringify(object).includes('"tls"'));
  return sources
    .filter(
      ({ object }) => object.kind === 'Ingress' && (object['spec'] as { tls?: unknown[] } | undefined)?.tls?.length,
    )
    .filter(() => !kept)
    .map((source) => ({
      source,
      field: 'spec.tls',
      text: 'add a server with protocol HTTPS and tls.credentialName to the Gateway',
    }));
}

/** What the mesh would not take of the output: said now, and not when it is applied. */
function refusals({ object, from: [source] }: Converted): Note[] {
  if (source === undefined) return [];
  const { messages } = validate(object, undefined, source.object.metadata.namespace ?? UNSAID_NAMESPACE);
  return messages.map(({ text }) => ({ source, field: '', text: `its ${object.kind} will be refused: ${text}` }));
}

/** Rules of today that the input has for a host of its older rules: which of them is first can change. */
function sharedHosts(sources: readonly Source[], objects: readonly Converted[]): Note[] {
  const written = sources.filter(({ object }) => object.apiVersion.startsWith('networking.istio.io/'));
  return objects.flatMap(({ object, from }) => {
    const other = written.find((each) => each.object.kind === object.kind && sharesHost(each.object, object));
    if (other === undefined || from[0] === undefined) return [];
    const text = `${other.manifest.locate()} has a ${object.kind} for the same host: merge the two, the older comes first`;
    return [{ source: from[0], field: '', text }];
  });
}

function sharesHost(one: KubeObject, other: KubeObject): boolean {
  const others = hostsOf(other);
  return hostsOf(one).some((host) => others.includes(host));
}

/** Whole names, as far as the object says them: those of its own namespace are made whole. */
function hostsOf({ metadata, spec }: KubeObject): string[] {
  const { host, hosts = [], gateways } = spec as { host?: string; hosts?: string[]; gateways?: string[] };
  if (gateways && !gateways.includes('mesh')) return [];
  const namespace = metadata.namespace ?? UNSAID_NAMESPACE;
  return [...(host ? [host] : []), ...hosts].map((each) => resolveShortHost(each, namespace, CLUSTER_DOMAIN));
}

function keyOf(object: KubeObject): string {
  return `${object.kind}/${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;
}
