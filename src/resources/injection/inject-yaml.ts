import { type Document, isCollection, isMap, isNode, isSeq, type YAMLMap } from 'yaml';
import { ResourceError } from '../errors.js';
import { readYamlDocuments } from '../yaml/read.js';
import { injectionFor } from './inject-pod.js';
import { type InjectablePod, wantsSidecar } from './policy.js';

type Path = readonly (string | number)[];

/** Where each kind of workload has its pod template, whatever its group and version. */
const TEMPLATE_PATHS: Readonly<Record<string, Path>> = {
  Pod: [],
  Deployment: ['spec', 'template'],
  DaemonSet: ['spec', 'template'],
  StatefulSet: ['spec', 'template'],
  ReplicaSet: ['spec', 'template'],
  ReplicationController: ['spec', 'template'],
  Job: ['spec', 'template'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template'],
};

/**
 * Adds sidecars to every workload of a YAML (or JSON) stream, as `istioctl kube-inject` does. All else stays as it was written:
 * other documents, comments, order, quotes.
 *
 * @throws ResourceError `INVALID_YAML` with line and column
 */
export function injectYaml(text: string): string {
  const documents = readYamlDocuments(text);
  let changed = false;
  for (const document of documents) {
    const [problem] = document.errors;
    if (problem) {
      throw new ResourceError('INVALID_YAML', `Cannot inject: ${problem.message}`, 'Correct the YAML and try again.');
    }
    for (const path of templatesIn(document.toJS(), [])) changed = injectAt(document, path) || changed;
  }
  return changed ? documents.map((document, i) => stringify(document, i)).join('') : text;
}

/** Paths of all pods and pod templates in an object; of a List, those of its items. */
function templatesIn(object: unknown, at: Path): Path[] {
  if (!isRecord(object) || typeof object['kind'] !== 'string') return [];
  const items = object['items'];
  if (Array.isArray(items)) return items.flatMap((item, i) => templatesIn(item, [...at, 'items', i]));
  const path = TEMPLATE_PATHS[object['kind']];
  return path ? [[...at, ...path]] : [];
}

function injectAt(document: Document, path: Path): boolean {
  const template = document.getIn(path);
  const pod: unknown = isNode(template) ? template.toJS(document) : template;
  if (!isRecord(pod) || !wantsSidecar(pod as InjectablePod)) return false;
  if (!isPlain(document, path)) {
    // Through an anchor the sidecar would reach every place that shares it: write this document out in full.
    document.contents = document.createNode(document.toJS(), { aliasDuplicateObjects: false });
  }
  const injection = injectionFor(pod as InjectablePod);
  for (const [key, value] of Object.entries(injection.annotations)) {
    document.setIn([...mapAt(document, [...path, 'metadata', 'annotations']), key], value);
  }
  append(document, [...path, 'spec', 'containers'], injection.container);
  append(document, [...path, 'spec', 'initContainers'], injection.initContainer);
  return true;
}

/** Whether the nodes that will be written to are none of them shared by an anchor. */
function isPlain(document: Document, path: Path): boolean {
  for (let length = 0; length <= path.length; length++) {
    const node = document.getIn(path.slice(0, length), true);
    if (!isMap(node) && !isSeq(node)) return false;
    if (node.anchor !== undefined) return false;
  }
  const template = document.getIn(path) as YAMLMap;
  const written = ['metadata', 'spec'].map((key) => template.get(key, true));
  const spec = written[1];
  if (isMap(spec)) written.push(spec.get('containers', true), spec.get('initContainers', true));
  return written.every((node) => node === undefined || node === null || isEditable(node));
}

function isEditable(node: unknown): boolean {
  return isCollection(node) ? node.anchor === undefined : isNode(node) && node.toJSON() === null;
}

/** Makes a map of a field that is absent or empty (`annotations:`). */
function mapAt(document: Document, path: Path): Path {
  for (let length = 1; length <= path.length; length++) {
    const part = path.slice(0, length);
    if (!isCollection(document.getIn(part))) document.setIn(part, document.createNode({}));
  }
  return path;
}

function append(document: Document, path: Path, item: unknown): void {
  const list = document.getIn(path);
  if (isSeq(list)) list.add(document.createNode(item));
  else document.setIn(path, document.createNode([item]));
}

function stringify(document: Document, index: number): string {
  const text = document.toString({ lineWidth: 0 });
  const separated = index > 0 && !text.startsWith('---') ? `---\n${text}` : text;
  return separated.endsWith('\n') ? separated : `${separated}\n`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
