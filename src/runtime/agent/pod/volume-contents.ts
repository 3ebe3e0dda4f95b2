import type { KeyToPath, Volume } from 'kubernetes-types/core/v1.js';
import type { ConfigMapObject } from '../../../resources/types.js';
import { RuntimeError } from '../../errors.js';
import type { ObjectReader } from '../object-reader.js';
import { ROOT_CA } from './account-token.js';
import type { VolumeFile, VolumeFiles } from './atomic-folder.js';
import { fieldValue, type PodFacts, resourceValue } from './field-ref.js';

const FILE_MODE = 0o644;

/** What a volume's files are made from. */
export interface VolumeSources {
  readonly facts: PodFacts;
  readonly reader: ObjectReader;
  /** PEM of the API server's CA: `ca.crt` of the ConfigMap kube-root-ca.crt, where there is none. */
  readonly clusterCa: string;
  /** A token of the pod's service account. */
  readonly token: (audience: string | undefined, expiration_s: number | undefined) => Promise<string>;
}

/** The files of a volume that is made from objects, as they are now; undefined for volumes of other types. */
export async function volumeContents(sources: VolumeSources, volume: Volume): Promise<VolumeFiles | undefined> {
  const contents = new VolumeContents(sources);
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap) await contents.addConfigMap(configMap);
  else if (secret) await contents.addSecret({ ...secret, name: secret.secretName ?? '' });
  else if (downwardAPI) contents.addFields(downwardAPI.items ?? []);
  else if (projected) await contents.addProjected(projected.sources ?? [], projected.defaultMode);
  else return undefined;
  return contents.files;
}

export interface ReferencedObject {
  readonly kind: 'configMap' | 'secret';
  readonly name: string;
}

/** The objects whose change changes files of these volumes. */
export function referencedObjects(volumes: readonly Volume[]): ReferencedObject[] {
  return volumes.flatMap(({ configMap, secret, projected }) => {
    const sources = [{ configMap, secret: secret && { name: secret.secretName } }, ...(projected?.sources ?? [])];
    return sources.flatMap((source) =>
      (['configMap', 'secret'] as const).flatMap((kind) => {
        const name = source[kind]?.name;
        return name ? [{ kind, name }] : [];
      }),
    );
  });
}

interface Source {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly defaultMode?: number;
}

type Fields = NonNullable<NonNullable<Volume['downwardAPI']>['items']>;
type ProjectedSources = NonNullable<NonNullable<Volume['projected']>['sources']>;

class VolumeContents {
  readonly files = new Map<string, VolumeFile>();

  constructor(private readonly sources: VolumeSources) {}

  async addProjected(projections: ProjectedSources, defaultMode = FILE_MODE): Promise<void> {
    for (const { configMap, secret, downwardAPI, serviceAccountToken } of projections) {
      if (configMap) await this.addConfigMap({ ...configMap, defaultMode });
      if (secret) await this.addSecret({ ...secret, defaultMode });
      if (downwardAPI) this.addFields(downwardAPI.items ?? [], defaultMode);
      if (serviceAccountToken) {
        const { audience, expirationSeconds, path } = serviceAccountToken;
        const token = await this.sources.token(audience, expirationSeconds);
        this.files.set(path, { content: Buffer.from(token), mode: defaultMode });
      }
    }
  }

  async addConfigMap(source: Source): Promise<void> {
    const name = source.name ?? '';
    const found: Pick<ConfigMapObject, 'data' | 'binaryData'> | undefined =
      (await this.sources.reader.configMap(this.namespace, name)) ??
      (name === ROOT_CA ? { data: { 'ca.crt': this.sources.clusterCa } } : undefined);
    if (!found && !source.optional) throw new RuntimeError('CONFIG_MISSING', `configmap "${name}" not found`);
    const text = Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const);
    const binary = Object.entries(found?.binaryData ?? {}).map(
      ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
    );
    this.addKeys(new Map([...text, ...binary]), source);
  }

  async addSecret(source: Source): Promise<void> {
    const name = source.name ?? '';
    const found = await this.sources.reader.secret(this.namespace, name);
    if (!found && !source.optional) throw new RuntimeError('CONFIG_MISSING', `secret "${name}" not found`);
    this.addKeys(
      new Map(Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')])),
      source,
    );
  }

  addFields(items: Fields, defaultMode = FILE_MODE): void {
    const { facts } = this.sources;
    for (const item of items) {
      const ref = item.resourceFieldRef;
      const container = facts.pod.spec.containers.find(({ name }) => name === ref?.containerName);
      const value =
        ref && container ? resourceValue(facts, container, ref) : fieldValue(facts, item.fieldRef?.fieldPath ?? '');
      this.files.set(item.path, { content: Buffer.from(value), mode: item.mode ?? defaultMode });
    }
  }

  private get namespace(): string {
    return this.sources.facts.pod.metadata.namespace ?? 'default';
  }

  private addKeys(data: ReadonlyMap<string, Buffer>, { items, defaultMode = FILE_MODE, optional }: Source): void {
    const wanted = items ?? [...data.keys()].map((key) => ({ key, path: key }));
    for (const item of wanted as readonly KeyToPath[]) {
      const content = data.get(item.key);
      if (content) this.files.set(item.path, { content, mode: item.mode ?? defaultMode });
      else if (!optional) throw new RuntimeError('CONFIG_MISSING', `references non-existent config key: ${item.key}`);
    }
  }
}
