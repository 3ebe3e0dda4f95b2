import type {
  CustomColumn,
  CustomResourceDefinitionObject,
  CustomVersion,
} from '../../resources/apiextensions/custom-resource-definition/types.js';
import type { KindDefinition, KindVersion, PrinterColumn } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { NAME_COLUMN } from '../../resources/printing/columns.js';
import { ageSince } from '../../resources/printing/duration.js';
import type { Schema } from '../../resources/schema.js';
import { fillDefaults } from '../validation/schema-defaults.js';
import { compileJsonPath } from './json-path.js';

/** What a CustomResourceDefinition says, as the kinds that are built in say it. */
export function customKind({ spec }: CustomResourceDefinitionObject): KindDefinition {
  const { group, names, scope, versions } = spec;
  const storage = versions.find((version) => version.storage) ?? versions[0]!;
  const schema = storage.schema?.openAPIV3Schema ?? {};
  const { status, scale } = storage.subresources ?? {};
  const subresources: NonNullable<KindDefinition['subresources']> = {
    ...(status !== undefined && { status: true }),
    ...(scale !== undefined && {
      scale: {
        specReplicas: scale.specReplicasPath,
        statusReplicas: scale.statusReplicasPath,
        selector: textAt(scale.labelSelectorPath ?? ''),
      },
    }),
  };
  return {
    group,
    kind: names.kind,
    plural: names.plural,
    singular: names.singular || names.kind.toLowerCase(),
    ...(names.shortNames && { shortNames: names.shortNames }),
    ...(names.categories && { categories: names.categories }),
    namespaced: scope === 'Namespaced',
    versions: versions.map((version) => servedVersion(spec, version)),
    subresources,
    columns: columnsOf(storage.additionalPrinterColumns ?? []),
    selectableFields: Object.fromEntries(
      (storage.selectableFields ?? []).map(({ jsonPath }) => [jsonPath.replace(/^\./, ''), textAt(jsonPath)]),
    ),
    defaults: (object) => fillDefaults(object, schema),
    ...(status !== undefined && {
      prepareForCreate: (object: KubeObject) => {
        delete object['status'];
      },
    }),
  };
}

function servedVersion({ group, names }: CustomResourceDefinitionObject['spec'], version: CustomVersion): KindVersion {
  const { name, served, storage, deprecated, deprecationWarning, schema } = version;
  return {
    name,
    storage,
    served,
    schema: schema?.openAPIV3Schema ?? ({ type: 'object' } satisfies Schema),
    ...(deprecated && { deprecationWarning: deprecationWarning ?? `${group}/${name} ${names.kind} is deprecated` }),
  };
}

/** Without any, name and age are shown; with some, the name and just those. */
function columnsOf(columns: readonly CustomColumn[]): readonly PrinterColumn[] {
  if (columns.length === 0) return [];
  const own = columns.map(({ name, type, format, description, priority = 0, jsonPath }): PrinterColumn => {
    const read = compileJsonPath(jsonPath) ?? (() => []);
    return {
      name,
      type: type as PrinterColumn['type'],
      ...(format !== undefined && { format }),
      ...(description !== undefined && { description }),
      priority,
      value: (object, now_ms) => cell(read(object), type, now_ms),
    };
  });
  return [NAME_COLUMN, ...own];
}

function cell(values: readonly unknown[], type: string, now_ms: number): string | number | boolean | null {
  const [first] = values;
  if (first === undefined || first === null) return null;
  if (type === 'date') return ageSince(String(first), now_ms);
  if (values.length > 1) return values.map(shown).join(',');
  return typeof first === 'number' || typeof first === 'boolean' ? first : shown(first);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function textAt(path: string): (object: KubeObject) => string {
  const read = compileJsonPath(path) ?? (() => []);
  return (object) => {
    const [value] = path === '' ? [] : read(object);
    return value === undefined || value === null ? '' : String(value);
  };
}
