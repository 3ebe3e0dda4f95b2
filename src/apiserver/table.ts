import type { PrinterColumn } from '../resources/kind.js';
import type { KubeObject } from '../resources/object.js';
import { ageSince } from '../resources/printing/duration.js';
import type { JsonObject } from './json.js';
import type { ServedKind } from './kind-table.js';

export type IncludeObject = 'Metadata' | 'Object' | 'None';

const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to ' +
  'request the generation of an appropriate name automatically.';
const AGE_DESCRIPTION = 'When the object was created.';

const NAME: PrinterColumn = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: NAME_DESCRIPTION,
  value: (object) => object.metadata.name,
};
/** As text and not as a time: kubectl shows cells as they are. */
const AGE: PrinterColumn = {
  name: 'Age',
  type: 'string',
  description: AGE_DESCRIPTION,
  value: (object, now_ms) => ageSince(object.metadata.creationTimestamp, now_ms),
};

/** Rows for `kubectl get`, in the columns of the kind. */
export function tableOf(
  kind: ServedKind,
  objects: readonly KubeObject[],
  listMetadata: JsonObject,
  include: IncludeObject,
  now_ms: number,
  withDefinitions = true,
): JsonObject {
  const columns = columnsOf(kind);
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: listMetadata,
    columnDefinitions: withDefinitions ? columns.map(describe) : [],
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.value(object, now_ms)),
      object: included(object, include),
    })),
  };
}

function columnsOf({ definition }: ServedKind): readonly PrinterColumn[] {
  const own = definition.columns;
  // A kind that places the name itself, as Event does, says all its columns.
  if (own.some((column) => column.name === 'Name')) return own;
  const hasAge = own.some((column) => column.name === 'Age');
  if (hasAge) return [NAME, ...own];
  // Columns of `-o wide` follow the age, as in Kubernetes' own tables.
  return [NAME, ...own.filter((column) => !column.priority), AGE, ...own.filter((column) => column.priority)];
}

function describe({ name, type, format = '', description = '', priority = 0 }: PrinterColumn): JsonObject {
  return { name, type, format, description, priority };
}

function included(object: KubeObject, include: IncludeObject): JsonObject | null {
  if (include === 'None') return null;
  if (include === 'Object') return object;
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
