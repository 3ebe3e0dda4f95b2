import type { KubeObject } from '../../resources/object.js';
import { StoreError } from '../../store/errors.js';
import type { Range } from '../../store/store.js';
import type { ApiContext } from '../api-context.js';
import { listPrefix } from '../keys.js';
import type { ServedKind } from '../kind-table.js';
import { parseSelection, type SelectorOptions } from '../selectors/selection.js';
import { badRequest, expired, StatusError } from '../status-error.js';
import { decodeContinue, encodeContinue } from './continue-token.js';

export interface ListOptions extends SelectorOptions {
  readonly limit?: number;
  readonly continue?: string;
  /** With `resourceVersionMatch: Exact`: the list as it was then. Otherwise the newest serves all. */
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: string;
}

export interface ListResult {
  /** Shared with the store: not to be changed. */
  readonly items: KubeObject[];
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

export function listObjects(
  context: ApiContext,
  kind: ServedKind,
  namespace: string | undefined,
  options: ListOptions,
): ListResult {
  const prefix = listPrefix(kind.definition, kind.definition.namespaced ? namespace : undefined);
  const selected = parseSelection(options, kind.definition);
  const token = options.continue ? decodeContinue(options.continue) : undefined;
  const revision = token?.revision ?? exactRevision(options);
  const limit = options.limit && options.limit > 0 ? options.limit : undefined;
  const range = rangeOf(context, {
    prefix,
    ...(revision !== undefined && { revision }),
    ...(token && { after: prefix + token.after }),
    // A selector decides only below, so that a page may need more than `limit` entries.
    ...(limit !== undefined && !selected && { limit }),
  });
  const matching = selected ? range.entries.filter(({ value }) => selected(value)) : range.entries;
  const page = limit === undefined ? matching : matching.slice(0, limit);
  const remaining = range.remaining + matching.length - page.length;
  const last = page.at(-1);
  return {
    items: page.map(({ value }) => context.conversion.fromStorage(kind, value)),
    resourceVersion: String(range.revision),
    ...(remaining > 0 && last && { continue: encodeContinue(range.revision, last.key.slice(prefix.length)) }),
    ...(remaining > 0 && !selected && { remainingItemCount: remaining }),
  };
}

function exactRevision({ resourceVersion, resourceVersionMatch }: ListOptions): number | undefined {
  if (resourceVersionMatch !== 'Exact') return undefined;
  const revision = Number(resourceVersion);
  if (!Number.isSafeInteger(revision) || revision <= 0) {
    throw badRequest(
      `resourceVersionMatch=Exact needs a resourceVersion, not ${JSON.stringify(resourceVersion ?? '')}`,
    );
  }
  return revision;
}

function rangeOf(context: ApiContext, query: Parameters<ApiContext['store']['range']>[0]): Range<KubeObject> {
  try {
    return context.store.range(query);
  } catch (error) {
    throw fromStoreError(error, query.revision ?? 0);
  }
}

/** The store's words for a revision that it cannot show, in those of Kubernetes. */
export function fromStoreError(error: unknown, revision: number): unknown {
  if (!(error instanceof StoreError)) return error;
  if (error.code === 'EXPIRED') return expired(`too old resource version: ${revision}`);
  if (error.code === 'FUTURE_REVISION') {
    return new StatusError(504, 'Timeout', `Too large resource version: ${revision}`, { retryAfterSeconds: 1 });
  }
  return error;
}
