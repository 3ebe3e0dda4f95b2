import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TrysailError } from '../../base/errors.js';
import type { KubeObject } from '../../resources/object.js';
import { documentValue, readYaml, readYamlDocuments } from '../../resources/yaml/read.js';
import { packageRoot } from '../package-root.js';

/** An example that the mesh can start with: `examples/NAME/example.yml` says all that is particular to it. */
export interface Example {
  readonly folder: string;
  readonly namespace: string;
  readonly images: readonly ExampleImage[];
  /** Files with the objects, relative to the folder. */
  readonly manifests: readonly string[];
  /** The request that shows that it works. */
  readonly try: { readonly host: string; readonly path: string };
}

export interface ExampleImage {
  readonly name: string;
  /** The build context, relative to the folder. */
  readonly context: string;
  readonly args?: Readonly<Record<string, string>>;
}

/** @throws TrysailError NO_SUCH_EXAMPLE */
export function loadExample(name: string): Example {
  const folder = join(packageRoot(), 'examples', name);
  try {
    const text = readFileSync(join(folder, 'example.yml'), 'utf8');
    return { ...(readYaml(text) as Omit<Example, 'folder'>), folder };
  } catch (error) {
    throw new TrysailError(
      'NO_SUCH_EXAMPLE',
      `no example "${name}" in ${dirname(folder)}`,
      'See the folder examples/.',
      {
        cause: error,
      },
    );
  }
}

export function exampleObjects(example: Example): KubeObject[] {
  return example.manifests.flatMap((file) =>
    readYamlDocuments(readFileSync(join(example.folder, file), 'utf8'))
      .map((document) => documentValue(document) as KubeObject | null)
      .filter((object) => object !== null),
  );
}
