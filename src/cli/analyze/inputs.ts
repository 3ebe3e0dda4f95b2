import { ANALYZERS, type Input } from '../../analysis/index.js';
import { TrysailError } from '../../base/errors.js';
import { ApiError } from '../../client/client.js';
import { apiVersionOf } from '../../resources/object.js';
import { KINDS } from '../../resources/registry.js';
import type { CliDependencies } from '../dependencies.js';
import { parseManifests, readInput } from '../manifests/read.js';
import { type ApiOptions, openSession } from '../session.js';

/** Kinds that no analyzer begins with, and that others refer to. */
const REFERRED_TO = ['Service', 'Pod', 'Namespace', 'Secret', 'DestinationRule', 'WorkloadEntry', 'QuotaSpec'];
/** A server that does not have a kind, or does not show it, has none of it for this analysis. */
const NOT_SHOWN = [403, 404, 405];

export interface FileInputs {
  readonly inputs: readonly Input[];
  /** What is wrong with documents that could not be read, with file and line. */
  readonly problems: readonly string[];
}

export async function fileInputs(files: readonly string[], { stdin }: CliDependencies): Promise<FileInputs> {
  const problems: string[] = [];
  const inputs: Input[] = [];
  for (const file of files) {
    const manifests = parseManifests(await readInput(file, stdin), file, ({ message }) => problems.push(message));
    inputs.push(...manifests.map((origin) => ({ object: origin.object, origin })));
  }
  return { inputs, problems };
}

export interface MeshInputs {
  readonly inputs: readonly Input[];
  /** The command's or the context's. */
  readonly namespace: string;
}

/**
 * What runs.
 * @param hasFiles without a mesh they are analyzed alone, and that is said
 * @returns undefined where the mesh is not wanted, or there is none
 */
export async function meshInputs(
  options: ApiOptions,
  wanted: boolean,
  hasFiles: boolean,
  dependencies: CliDependencies,
): Promise<MeshInputs | undefined> {
  if (!wanted) return undefined;
  try {
    const session = await openSession(options, dependencies);
    const lists = await Promise.all(listedKinds().map((kind) => list(kind)));
    return { inputs: lists.flat(), namespace: session.namespace };

    async function list({ group, version, plural, kind }: ListedKind): Promise<Input[]> {
      const apiVersion = apiVersionOf(group, version);
      try {
        const { items } = await session.client.list({ group, version, resource: plural });
        return items.map((item) => ({ object: { ...item, apiVersion, kind } }));
      } catch (error) {
        if (error instanceof ApiError && NOT_SHOWN.includes(error.status)) return [];
        throw error;
      }
    }
  } catch (error) {
    if (!hasFiles || !isAway(error)) throw error;
    dependencies.stderr.write('note: no mesh runs: the files are analyzed alone\n');
    return undefined;
  }
}

interface ListedKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
}

function listedKinds(): ListedKind[] {
  const names = new Set([...ANALYZERS.flatMap(({ inputs }) => inputs), ...REFERRED_TO]);
  return KINDS.filter(({ kind, group }) => names.has(kind) || group.endsWith('istio.io')).map((definition) => {
    const storage = definition.versions.find((version) => version.storage) ?? definition.versions[0]!;
    const { group, plural, kind } = definition;
    return { group: storage.group ?? group, version: storage.name, plural, kind };
  });
}

function isAway(error: unknown): boolean {
  if (error instanceof ApiError) return error.reason === 'Unreachable';
  return error instanceof TrysailError && error.code === 'NO_KUBECONFIG';
}
