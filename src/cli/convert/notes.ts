import { validate } from '../../analysis/index.js';
import { resolveShortHost } from '../../compiler/hostname.js';
import type { Translation } from '../../compiler/index.js';
import type { KubeObject } from '../../resources/object.js';
import { CLUSTER_DOMAIN, type Converted, type Note } from './conversion.js';
import { insteadOf } from './counterparts.js';
import { isOfMixer, keyOf } from './older-kinds.js';
import { type Source, UNSAID_NAMESPACE } from './source.js';

/** What the output does not say, or says in a way that its reader should know of. */
export function notesOn(translation: Translation, sources: readonly Source[], objects: readonly Converted[]): Note[] {
  return [
    ...problemsOf(translation, sources),
    ...withoutCounterpart(sources),
    ...lostTls(sources, objects),
    ...sharedHosts(sources, objects),
    ...objects.flatMap(refusals),
  ];
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
    .filter(({ object }) => isOfMixer(object))
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

interface Hosts {
  readonly host?: string;
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
}

/** Whole names, as far as the object says them: those of its own namespace are made whole. */
function hostsOf({ metadata, spec }: KubeObject): string[] {
  const { host, hosts = [], gateways } = (spec ?? {}) as Hosts;
  if (gateways && !gateways.includes('mesh')) return [];
  const namespace = metadata.namespace ?? UNSAID_NAMESPACE;
  return [...(host ? [host] : []), ...hosts].map((each) => resolveShortHost(each, namespace, CLUSTER_DOMAIN));
}
