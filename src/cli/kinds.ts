import { suggest } from '../base/suggest.js';
import type { KindDefinition } from '../resources/kind.js';
import { apiVersionOf, type Gvr, type KubeObject } from '../resources/object.js';
import { KINDS } from '../resources/registry.js';
import { CliError } from './errors.js';

/** A kind in the version in which a command meets it. */
export interface ServedKind {
  readonly definition: KindDefinition;
  readonly gvr: Gvr;
}

/** By a word of the command line: kind, singular, plural or short name, also with its group (`ingresses.networking.k8s.io`). */
export function kindByWord(word: string): ServedKind {
  const [name = '', ...group] = word.toLowerCase().split('.');
  const found = KINDS.find(
    (kind) => namesOf(kind).includes(name) && (group.length === 0 || kind.group === group.join('.')),
  );
  if (found) return served(found, found.versions[0]!);
  const unhyphenated = name.replaceAll('-', '');
  if (KINDS.some((kind) => namesOf(kind).includes(unhyphenated))) {
    throw new CliError(
      'UNKNOWN_KIND',
      `"${word}" not recognized. Please use non-hyphenated resource name "${unhyphenated}"`,
    );
  }
  throw unknown(`configuration type ${word} not found`, word, KINDS.flatMap(namesOf));
}

/** By what an object says of itself. */
export function kindOfObject(object: Pick<KubeObject, 'apiVersion' | 'kind'>): ServedKind {
  for (const definition of KINDS) {
    if (definition.kind !== object.kind) continue;
    const version = definition.versions.find(
      (each) => apiVersionOf(each.group ?? definition.group, each.name) === object.apiVersion,
    );
    if (version) return served(definition, version);
  }
  const sameKind = KINDS.find(({ kind }) => kind === object.kind);
  if (sameKind) {
    const versions = sameKind.versions.map((version) => apiVersionOf(version.group ?? sameKind.group, version.name));
    throw new CliError(
      'UNKNOWN_VERSION',
      `no ${object.kind} in version "${object.apiVersion}"`,
      `It exists in ${versions.join(', ')}.`,
    );
  }
  throw unknown(
    `no kind "${object.kind}" in version "${object.apiVersion}"`,
    object.kind,
    KINDS.map(({ kind }) => kind),
  );
}

/** `routerule`, or with the group where it is not the core's: `routerule.config.istio.io`. */
export function qualifiedSingular({ group, singular }: KindDefinition): string {
  return group === '' ? singular : `${singular}.${group}`;
}

function served(definition: KindDefinition, version: KindDefinition['versions'][number]): ServedKind {
  const gvr = { group: version.group ?? definition.group, version: version.name, resource: definition.plural };
  return { definition, gvr };
}

function namesOf({ kind, singular, plural, shortNames }: KindDefinition): string[] {
  return [kind.toLowerCase(), singular, plural, ...(shortNames ?? [])];
}

function unknown(message: string, word: string, candidates: readonly string[]): CliError {
  const close = suggest(word, candidates);
  const known = KINDS.map(({ singular }) => singular)
    .sort()
    .join(', ');
  const meant = close === undefined ? '' : `Did you mean ${close}? `;
  return new CliError('UNKNOWN_KIND', message, `${meant}The kinds are ${known}.`);
}
