import type { KindDefinition, KindVersion } from '../resources/kind.js';
import { apiVersionOf } from '../resources/object.js';

/** One kind in one version at one place of the API. */
export interface ServedKind {
  readonly definition: KindDefinition;
  readonly version: KindVersion;
  /** Of the URL; differs from the definition's for a kind that an old group serves too. */
  readonly group: string;
  /** `apps/v1` */
  readonly apiVersion: string;
  readonly storageApiVersion: string;
  readonly isStorage: boolean;
}

/** The kinds that are served now. A later CustomResourceDefinition adds to it, so what derives from it watches `generation`. */
export class KindTable {
  /** Counts changes. */
  generation = 0;
  private readonly byResource = new Map<string, ServedKind>();
  private readonly byKind = new Map<string, ServedKind>();

  constructor(definitions: Iterable<KindDefinition> = []) {
    for (const definition of definitions) this.add(definition);
  }

  add(definition: KindDefinition): void {
    for (const served of servedVersions(definition)) {
      this.byResource.set(`${served.apiVersion}/${definition.plural}`, served);
      this.byKind.set(`${served.apiVersion}/${definition.kind}`, served);
    }
    this.generation++;
  }

  remove(definition: KindDefinition): void {
    for (const served of servedVersions(definition)) {
      this.byResource.delete(`${served.apiVersion}/${definition.plural}`);
      this.byKind.delete(`${served.apiVersion}/${definition.kind}`);
    }
    this.generation++;
  }

  find(group: string, version: string, resource: string): ServedKind | undefined {
    return this.byResource.get(`${apiVersionOf(group, version)}/${resource}`);
  }

  findKind(apiVersion: string, kind: string): ServedKind | undefined {
    return this.byKind.get(`${apiVersion}/${kind}`);
  }

  all(): readonly ServedKind[] {
    return [...this.byResource.values()];
  }

  /**
   * Groups with their versions, preferred first. The core group leads and groups that only serve old versions of others' kinds
   * come last: kubectl takes the first that has the name a user typed.
   */
  groups(): readonly GroupVersions[] {
    const groups = new Map<string, { versions: string[]; own: boolean }>();
    for (const { group, version, definition } of this.byResource.values()) {
      const entry = groups.get(group) ?? { versions: [], own: false };
      groups.set(group, entry);
      if (!entry.versions.includes(version.name)) entry.versions.push(version.name);
      entry.own ||= group === definition.group;
    }
    return [...groups]
      .sort(([a, x], [b, y]) => rank(a, x.own) - rank(b, y.own))
      .map(([group, { versions }]) => ({ group, versions: versions.sort(compareVersions) }));
  }

  /** Kinds of one group and version, by plural name. */
  served(group: string, version: string): readonly ServedKind[] {
    return this.all()
      .filter((kind) => kind.group === group && kind.version.name === version)
      .sort((a, b) => (a.definition.plural < b.definition.plural ? -1 : 1));
  }
}

export interface GroupVersions {
  readonly group: string;
  readonly versions: readonly string[];
}

function servedVersions(definition: KindDefinition): ServedKind[] {
  const storage = definition.versions.find((version) => version.storage) ?? definition.versions[0]!;
  const storageApiVersion = apiVersionOf(storage.group ?? definition.group, storage.name);
  return definition.versions
    .filter(({ served }) => served !== false)
    .map((version) => {
      const group = version.group ?? definition.group;
      const apiVersion = apiVersionOf(group, version.name);
      return { definition, version, group, apiVersion, storageApiVersion, isStorage: version === storage };
    });
}

function rank(group: string, own: boolean): number {
  if (group === '') return 0;
  if (!own) return 3;
  return group.includes('.') ? 2 : 1;
}

const STAGES: readonly string[] = ['alpha', 'beta'];

/** Kubernetes' order: v2, v1, v1beta2, v1beta1, v1alpha1. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [versionParts(a), versionParts(b)];
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return y[i]! - x[i]!;
  return 0;
}

function versionParts(version: string): number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (!match) return [-1, 0, 0];
  const stage = match[2] === undefined ? 2 : STAGES.indexOf(match[2]);
  return [stage, Number(match[1]), Number(match[3] ?? 0)];
}
