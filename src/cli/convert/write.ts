import { Document, isMap } from 'yaml';
import { groupBy } from '../../compiler/group-by.js';
import type { HttpRoute } from '../../resources/istio/virtualservice/types.js';
import type { KubeObject } from '../../resources/object.js';
import type { Manifest } from '../manifests/manifest.js';
import type { Conversion, Converted, Note } from './conversion.js';
import type { Source } from './source.js';

/** In the order in which people write and apply them: what is referred to first. */
const KIND_ORDER = ['Gateway', 'ServiceEntry', 'DestinationRule', 'VirtualService'];
const LINE_CHARS_MAX = 130;

/**
 * The output: what was made of an object stands where the object stood, other objects as they were written, and in place of what
 * has no counterpart a comment that says so.
 *
 * @param textOf the text of a whole document, as it was written
 */
export function writeConversion(
  sources: readonly Source[],
  conversion: Conversion,
  textOf: (manifest: Manifest) => string,
): string {
  const places = new Map(sources.map((source, index) => [source, index]));
  const documents: string[] = [];
  const copied = new Set<unknown>();
  const madeOf = groupBy(conversion.objects, ({ from }) => first(from, places));
  const notesOf = groupBy(conversion.notes, (note) => note.source);
  const byDocument = groupBy(sources, ({ manifest }) => manifest.document);
  for (const source of sources) {
    const made = (madeOf.get(source) ?? []).toSorted(byKind);
    const notes = (notesOf.get(source) ?? []).map(noteComment);
    const { document } = source.manifest;
    const whole = byDocument.get(document) ?? [];
    if (whole.every((each) => conversion.kept.has(each)) && notes.length === 0) {
      if (!copied.has(document)) documents.push(textOf(source.manifest));
      copied.add(document);
      continue;
    }
    const objects = conversion.kept.has(source) ? [keptObject(source)] : made.map(objectDocument);
    const told = objects.length > 0 ? notes : [...untold(source, conversion), ...notes];
    if (objects.length > 0 || notes.length > 0) documents.push(`${told.join('')}${objects.join('---\n')}`);
  }
  return documents.join('---\n');
}

/** The comments of an object of which nothing is in the output. */
function untold(source: Source, { objects }: Conversion): string[] {
  const isTold = objects.some(({ object, from }) =>
    source.object.kind === 'RouteRule' ? routeIndex(object, source) >= 0 : from.includes(source),
  );
  return isTold ? [] : source.comments.map(comment);
}

function first(from: readonly Source[], places: ReadonlyMap<Source, number>): Source | undefined {
  return from.toSorted((left, right) => places.get(left)! - places.get(right)!)[0];
}

function byKind(left: Converted, right: Converted): number {
  return KIND_ORDER.indexOf(left.object.kind) - KIND_ORDER.indexOf(right.object.kind);
}

/** An item of a List whose other items were converted: it now stands alone. */
function keptObject({ manifest }: Source): string {
  return text(documentOf(manifest.object));
}

function objectDocument({ object, from }: Converted): string {
  const document = documentOf(ordered(object));
  const head = ownOf(object, from).flatMap(({ comments }) => comments);
  if (head.length > 0 && isMap(document.contents)) document.contents.commentBefore = head.join('\n');
  for (const rule of from) commentRoute(document, object, rule);
  return text(document);
}

/** What an object was made of alone: RouteRules are told at their routes, and a Gateway is made beside the VirtualService. */
function ownOf({ kind }: KubeObject, from: readonly Source[]): readonly Source[] {
  return kind === 'Gateway' ? [] : from.filter((source) => source.object.kind !== 'RouteRule');
}

function commentRoute(document: Document, object: KubeObject, rule: Source): void {
  const index = routeIndex(object, rule);
  const item = index < 0 ? undefined : document.getIn(['spec', 'http', index], true);
  if (!isMap(item) || rule.comments.length === 0) return;
  item.commentBefore = [...(item.commentBefore?.split('\n') ?? []), ...rule.comments].join('\n');
}

/** Where the route of a RouteRule stands in the VirtualService of its destination; -1 where it has none. */
function routeIndex({ kind, spec }: KubeObject, { object }: Source): number {
  if (kind !== 'VirtualService' || object.kind !== 'RouteRule') return -1;
  return ((spec as { http?: HttpRoute[] }).http ?? []).findIndex(({ name }) => name === object.metadata.name);
}

/** apiVersion, kind and metadata before the rest, the name before the namespace. */
function ordered(object: KubeObject): object {
  const { apiVersion, kind, metadata, ...rest } = object;
  return { apiVersion, kind, metadata, ...rest };
}

function noteComment({ source, field, text: what }: Note): string {
  const { kind, metadata } = source.manifest.object;
  const where = field === '' ? '' : `: ${field}`;
  return comment(` ${kind} ${metadata.name}${where}: ${what}`);
}

/** Long lines are broken at spaces. */
function comment(line: string): string {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > LINE_CHARS_MAX) {
    const space = rest.lastIndexOf(' ', LINE_CHARS_MAX);
    if (space <= 0) break;
    lines.push(rest.slice(0, space));
    rest = rest.slice(space);
  }
  return [...lines, rest].map((each) => `#${each}\n`).join('');
}

/**
 * What stands twice is written twice: people use no anchors. Texts such as `yes` and `010` are quoted, because kubectl reads the
 * YAML of 1.1.
 */
function documentOf(value: object): Document {
  return new Document(value, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
}

function text(document: Document): string {
  return document.toString({ lineWidth: 0 });
}
