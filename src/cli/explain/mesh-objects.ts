import type { Readable } from 'node:stream';
import type { Client } from '../../client/client.js';
import { type MeshSnapshot, SNAPSHOT_KINDS, snapshotOf, snapshotOfFiles } from '../../compiler/index.js';
import type { Locate, Origin } from '../../explain/index.js';
import type { KubeObject } from '../../resources/object.js';
import { expandFiles } from '../manifests/files.js';
import type { Manifest } from '../manifests/manifest.js';
import { parseManifests, readInput } from '../manifests/read.js';

/** The manifests of files and folders. @throws CliError */
export async function manifestsOf(files: readonly string[], stdin: Readable): Promise<Manifest[]> {
  const found: Manifest[] = [];
  for (const file of expandFiles(files)) found.push(...parseManifests(await readInput(file, stdin), file));
  return found;
}

/** With the namespace filled in that a command would give them. */
export function objectsOf(manifests: readonly Manifest[], namespace: string): KubeObject[] {
  return manifests.map(({ object }) => withNamespace(object, namespace));
}

function withNamespace(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
}

/** The mesh of files alone. */
export function meshOfFiles(manifests: readonly Manifest[], namespace: string): MeshSnapshot {
  return snapshotOfFiles(objectsOf(manifests, namespace));
}

/** The mesh as an API server has it, with the objects of files in the place of those that have their names. */
export async function meshOfServer(
  client: Client,
  manifests: readonly Manifest[],
  namespace: string,
): Promise<MeshSnapshot> {
  const kinds = Object.values(SNAPSHOT_KINDS);
  const lists = await Promise.all(
    kinds.map(async ({ kind, gvr }) => (await client.list(gvr)).items.map((object) => ({ ...object, kind }))),
  );
  const changed = snapshotOfFiles(objectsOf(manifests, namespace));
  const replaced = Object.keys(SNAPSHOT_KINDS).flatMap((list) => changed[list as keyof typeof SNAPSHOT_KINDS]);
  const taken = new Set(replaced.map(keyOf));
  return snapshotOf([...lists.flat().filter((object) => !taken.has(keyOf(object))), ...replaced]);
}

/** Finds file and line of what a user wrote. */
export function locator(manifests: readonly Manifest[], namespace: string): Locate {
  const byKey = new Map(manifests.map((manifest) => [keyOf(withNamespace(manifest.object, namespace)), manifest]));
  return ({ field, ...object }) => byKey.get(`${object.kind}/${object.namespace}/${object.name}`)?.locate(field);
}

/** The part of an object that a field names, as its file has it. */
export function writtenAt(
  manifests: readonly Manifest[],
  namespace: string,
): (origin: Origin) => Readonly<Record<string, unknown>> | undefined {
  const byKey = new Map(objectsOf(manifests, namespace).map((object) => [keyOf(object), object]));
  return ({ kind, namespace: space, name, field }) => {
    const object = byKey.get(`${kind}/${space}/${name}`);
    const route = field.replace(/\.match\[\d+\]$/, '');
    let at: unknown = object;
    for (const step of route.split(/[.[\]]+/).filter((part) => part !== ''))
      at = (at as Record<string, unknown>)?.[step];
    return at as Readonly<Record<string, unknown>> | undefined;
  };
}

function keyOf({ kind, metadata }: KubeObject): string {
  return `${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}
