import { stringify } from 'yaml';
import type { KubeObject } from '../../resources/object.js';
import type { JsonObject } from '../json.js';
import type { ServedKind } from '../kind-table.js';
import { type IncludeObject, tableOf } from '../table.js';
import type { ListResult } from '../verbs/list.js';
import type { Call } from './call.js';
import { type Negotiated, negotiate } from './negotiation.js';
import { text } from './query.js';
import { sendJson, setWarnings } from './respond.js';

/** What the caller asked objects to look like. */
export interface Presentation {
  readonly negotiated: Negotiated;
  readonly include: IncludeObject;
  readonly now_ms: number;
}

export function presentationOf({ request, query }: Call, now_ms: number): Presentation {
  const include = text(query, 'includeObject');
  return {
    negotiated: negotiate(request.headers.accept),
    include: include === 'Object' || include === 'None' ? include : 'Metadata',
    now_ms,
  };
}

/** One object in the asked form. */
export function presentObject(
  kind: ServedKind,
  object: KubeObject,
  presentation: Presentation,
  first = true,
): JsonObject {
  const { negotiated, include, now_ms } = presentation;
  if (negotiated.form === 'table') {
    const { resourceVersion } = object.metadata;
    return tableOf(kind, [object], { ...(resourceVersion && { resourceVersion }) }, include, now_ms, first);
  }
  return negotiated.form === 'plain' ? object : partial(object);
}

export function presentList(kind: ServedKind, list: ListResult, presentation: Presentation): JsonObject {
  const { items, ...metadata } = list;
  const { negotiated, include, now_ms } = presentation;
  if (negotiated.form === 'table') return tableOf(kind, items, metadata, include, now_ms);
  if (negotiated.form === 'plain') {
    return { kind: `${kind.definition.kind}List`, apiVersion: kind.apiVersion, metadata, items };
  }
  return { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map(partial) };
}

function partial({ metadata }: KubeObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

export async function send(call: Call, code: number, body: JsonObject, { negotiated }: Presentation): Promise<void> {
  setWarnings(call.response, call.warnings);
  if (!negotiated.yaml) {
    sendJson(call.response, code, body);
    return;
  }
  sendJson(call.response, code, stringify(body, { aliasDuplicateObjects: false }), 'application/yaml');
}
