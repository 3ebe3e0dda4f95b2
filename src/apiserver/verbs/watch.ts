import type { Disposable } from '../../base/dispose.js';
import type { KubeObject } from '../../resources/object.js';
import type { StoreEvent } from '../../store/store.js';
import { type ApiContext, withRevision } from '../api-context.js';
import { listPrefix } from '../keys.js';
import type { ServedKind } from '../kind-table.js';
import { parseSelection, type SelectorOptions } from '../selectors/selection.js';
import { badRequest } from '../status-error.js';
import { fromStoreError, listObjects } from './list.js';

export interface WatchOptions extends SelectorOptions {
  /** Events after it. Absent, '' or '0': first everything that is there now, as ADDED. */
  readonly resourceVersion?: string;
  /** First everything that is there now, as ADDED, then one INITIAL_END. */
  readonly sendInitialEvents?: boolean;
}

export type ObjectEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  /** What was there at the start has been sent, as it was at this revision. */
  | { readonly type: 'INITIAL_END'; readonly resourceVersion: string };

/**
 * Calls `onEvent` for each change, in order, from now until disposed; objects are shared, not to be changed.
 * Throws Expired where the revision is too old.
 */
export function watchObjects(
  context: ApiContext,
  kind: ServedKind,
  namespace: string | undefined,
  options: WatchOptions,
  onEvent: (event: ObjectEvent) => void,
): Disposable {
  const prefix = listPrefix(kind.definition, kind.definition.namespaced ? namespace : undefined);
  const selected = parseSelection(options, kind.definition);
  let revision = parseRevision(options.resourceVersion);
  if (revision === 0 || options.sendInitialEvents) {
    const list = listObjects(context, kind, namespace, options);
    for (const object of list.items) onEvent({ type: 'ADDED', object });
    if (options.sendInitialEvents) onEvent({ type: 'INITIAL_END', resourceVersion: list.resourceVersion });
    revision = Number(list.resourceVersion);
  }
  try {
    return context.store.watch(prefix, revision, (event) => {
      const seen = selected ? throughSelection(event, selected) : direct(event);
      if (seen) onEvent({ type: seen.type, object: context.conversion.fromStorage(kind, seen.object) });
    });
  } catch (error) {
    throw fromStoreError(error, revision);
  }
}

type Seen = { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject } | undefined;

function direct({ value, previous, revision }: StoreEvent<KubeObject>): Seen {
  if (value) return { type: previous ? 'MODIFIED' : 'ADDED', object: value };
  return previous && { type: 'DELETED', object: withRevision(previous.value, revision) };
}

/** An object that comes to match is ADDED and one that ceases to is DELETED, whatever happened to it. */
function throughSelection(event: StoreEvent<KubeObject>, selected: (object: KubeObject) => boolean): Seen {
  const { value, previous, revision } = event;
  const did = previous !== undefined && selected(previous.value);
  const does = value !== undefined && selected(value);
  if (does) return { type: did ? 'MODIFIED' : 'ADDED', object: value };
  return did ? { type: 'DELETED', object: withRevision(previous.value, revision) } : undefined;
}

function parseRevision(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const revision = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(revision)) return revision;
  throw badRequest(`Invalid resourceVersion ${JSON.stringify(text)}: must be a decimal number`);
}
