import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { KeyToPath, Volume } from 'kubernetes-types/core/v1.js';
import { RuntimeError } from '../../errors.js';
import type { ObjectReader } from '../object-reader.js';
import { fieldValue, type PodFacts, resourceValue } from './field-ref.js';

const FILE_MODE = 0o644;

/**
 * Makes a pod's volumes as folders.
 * @param folder removed by the caller with the pod
 * @returns folder of each volume by its name
 */
export async function makeVolumes(
  facts: PodFacts,
  reader: ObjectReader,
  folder: string,
): Promise<ReadonlyMap<string, string>> {
  const places = new Map<string, string>();
  for (const volume of facts.pod.spec.volumes ?? []) {
    try {
      places.set(volume.name, await makeVolume(facts, reader, volume, path.join(folder, volume.name)));
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new RuntimeError(
        'VOLUME_FAILED',
        `MountVolume.SetUp failed for volume "${volume.name}" : ${message}`,
        undefined,
        {
          cause,
        },
      );
    }
  }
  return places;
}

async function makeVolume(facts: PodFacts, reader: ObjectReader, volume: Volume, folder: string): Promise<string> {
  if (volume.hostPath) return volume.hostPath.path;
  const files = new VolumeFiles(facts, reader);
  if (volume.configMap) await files.addConfigMap(volume.configMap);
  else if (volume.secret) await files.addSecret({ ...volume.secret, name: volume.secret.secretName ?? '' });
  else if (volume.downwardAPI) files.addFields(volume.downwardAPI.items ?? []);
  else if (volume.projected) await addProjected(files, volume.projected.sources ?? []);
  else if (!volume.emptyDir) {
    const type = Object.keys(volume).find((key) => key !== 'name');
    throw new RuntimeError('VOLUME_UNSUPPORTED', `volumes of type ${type} are not supported; use emptyDir or hostPath`);
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await files.write(folder);
  return folder;
}

async function addProjected(
  files: VolumeFiles,
  sources: NonNullable<NonNullable<Volume['projected']>['sources']>,
): Promise<void> {
  for (const source of sources) {
    if (source.configMap) await files.addConfigMap(source.configMap);
    if (source.secret) await files.addSecret(source.secret);
    if (source.downwardAPI) files.addFields(source.downwardAPI.items ?? []);
  }
}

interface Source {
  readonly name?: string;
  readonly items?: readonly KeyToPath[];
  readonly optional?: boolean;
  readonly defaultMode?: number;
}

type Fields = NonNullable<NonNullable<Volume['downwardAPI']>['items']>;

class VolumeFiles {
  private readonly files = new Map<string, { readonly content: Buffer; readonly mode: number }>();

  constructor(
    private readonly facts: PodFacts,
    private readonly reader: ObjectReader,
  ) {}

  private get namespace(): string {
    return this.facts.pod.metadata.namespace ?? 'default';
  }

  async addConfigMap(source: Source): Promise<void> {
    const name = source.name ?? '';
    const found = await this.reader.configMap(this.namespace, name);
    if (!found && !source.optional) throw new RuntimeError('CONFIG_MISSING', `configmap "${name}" not found`);
    const text = Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value)] as const);
    const binary = Object.entries(found?.binaryData ?? {}).map(
      ([key, value]) => [key, Buffer.from(value, 'base64')] as const,
    );
    this.addKeys(new Map([...text, ...binary]), source);
  }

  async addSecret(source: Source): Promise<void> {
    const name = source.name ?? '';
    const found = await this.reader.secret(this.namespace, name);
    if (!found && !source.optional) throw new RuntimeError('CONFIG_MISSING', `secret "${name}" not found`);
    this.addKeys(
      new Map(Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')])),
      source,
    );
  }

  addFields(items: Fields): void {
    for (const item of items) {
      const ref = item.resourceFieldRef;
      const container = this.facts.pod.spec.containers.find(({ name }) => name === ref?.containerName);
      const value =
        ref && container
          ? resourceValue(this.facts, container, ref)
          : fieldValue(this.facts, item.fieldRef?.fieldPath ?? '');
      this.files.set(item.path, { content: Buffer.from(value), mode: item.mode ?? FILE_MODE });
    }
  }

  async write(folder: string): Promise<void> {
    for (const [name, { content, mode }] of this.files) {
      const file = path.join(folder, path.posix.normalize(`/${name}`));
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
      await chmod(file, mode);
    }
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
