import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TrysailError } from '../../base/errors.js';
import { suggest } from '../../base/suggest.js';
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
  /** The request that shows that it works. The host is empty where any will do. */
  readonly try: { readonly host: string; readonly path: string };
  /** More paths of that host that must answer 200 before the example counts as deployed. */
  readonly ready?: readonly string[];
}

export interface ExampleImage {
  readonly name: string;
  /** The build context, relative to the folder. */
  readonly context: string;
  readonly args?: Readonly<Record<string, string>>;
}

const EXAMPLES = join(packageRoot(), 'examples');

export function exampleNames(): string[] {
  return readdirSync(EXAMPLES).filter((each) => existsSync(join(EXAMPLES, each, 'example.yml')));
}

/** @throws TrysailError NO_SUCH_EXAMPLE */
export function loadExample(name: string): Example {
  const names = exampleNames();
  if (!names.includes(name)) {
    const close = suggest(name, names);
    const meant = close === undefined ? '' : `Did you mean ${close}? `;
    throw new TrysailError('NO_SUCH_EXAMPLE', `no example "${name}"`, `${meant}There are: ${names.join(', ')}.`);
  }
  const folder = join(EXAMPLES, name);
  return { ...(readYaml(readFileSync(join(folder, 'example.yml'), 'utf8')) as Omit<Example, 'folder'>), folder };
}

export function exampleObjects(example: Example): KubeObject[] {
  return example.manifests.flatMap((file) =>
    readYamlDocuments(readFileSync(join(example.folder, file), 'utf8'))
      .map((document) => documentValue(document) as KubeObject | null)
      .filter((object) => object !== null),
  );
}
