import type { Readable } from 'node:stream';
import type { Client } from '../../client/client.js';
import { type MeshSnapshot, SNAPSHOT_KINDS, snapshotOf, snapshotOfFiles } from '../../compiler/index.js';
import type { Locate, Origin } from '../../explain/index.js';
import type { KubeObject } from '../../resources/object.js';
import { CliError } from '../errors.js';
import { expandFiles } from '../manifests/files.js';
import type { Manifest } from '../manifests/manifest.js';
import { parseManifests, readInput } from '../manifests/read.js';

/** Workloads are read for what they say; what a cluster would ask of them beyond that does not change where requests go. */
const CHECKED_KINDS: ReadonlySet<string> = new Set(
  Object.values(SNAPSHOT_KINDS)
    .map(({ kind }) => kind)
    .filter((kind) => kind !== 'Pod'),
);

/**
 * The manifests of files and folders.
 * @throws CliError with file and line, also for an object that decides about requests and that the mesh would refuse
 */
export async function manifestsOf(files: readonly string[], namespace: string, stdin: Readable): Promise<Manifest[]> {
  const { validate } = await import('../../analysis/index.js');
  const found: Manifest[] = [];
  for (const file of expandFiles(files)) found.push(...parseManifests(await readInput(file, stdin), file));
  for (const manifest of found.filter(({ object }) => CHECKED_KINDS.has(object.kind))) {
    const [problem] = validate(manifest.object, manifest, namespace).messages;
    if (problem === undefined) continue;
    const { kind, metadata } = manifest.object;
    const what = problem.text.replace(/^Schema validation error: /, '');
    const where = manifest.locate(problem.field);
    throw new CliError('INVALID_MANIFEST', `${where}: ${kind} "${metadata.name}" is invalid: ${what}`, problem.fix);
  }
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
