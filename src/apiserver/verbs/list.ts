import type { KubeObject } from '../../resources/object.js';
import { StoreError } from '../../store/errors.js';
import type { Range } from '../../store/store.js';
import type { ApiContext } from '../api-context.js';
import { listPrefix } from '../keys.js';
import type { ServedKind } from '../kind-table.js';
import { parseSelection, type SelectorOptions } from '../selectors/selection.js';
import { badRequest, expired, invalidOptions, StatusError } from '../status-error.js';
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
  const exact = exactRevision(options);
  const revision = token?.revision ?? exact;
  checkReached(context, options.resourceVersion);
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

function exactRevision({ resourceVersion: text, resourceVersionMatch: match }: ListOptions): number | undefined {
  checkMatch(match, text);
  if (text === undefined) return undefined;
  const revision = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(revision)) {
    throw badRequest(`Invalid resourceVersion ${JSON.stringify(text)}: must be a decimal number`);
  }
  return match === 'Exact' ? revision : undefined;
}

function checkMatch(match: string | undefined, resourceVersion: string | undefined): void {
  if (match === undefined) return;
  const refuse = (why: string): StatusError => invalidOptions('ListOptions', 'resourceVersionMatch', why);
  if (resourceVersion === undefined) {
    throw refuse('Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided');
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw refuse(`Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan"`);
  }
  if (match === 'Exact' && resourceVersion === '0') {
    throw refuse('Forbidden: resourceVersionMatch "Exact" is forbidden for resourceVersion "0"');
  }
}

function rangeOf(context: ApiContext, query: Parameters<ApiContext['store']['range']>[0]): Range<KubeObject> {
  try {
    return context.store.range(query);
  } catch (error) {
    throw fromStoreError(error, query.revision ?? 0);
  }
}

/** A list is never older than what the caller has seen: here it is always the newest, so only the future is refused. */
function checkReached({ store }: ApiContext, resourceVersion = '0'): void {
  if (Number(resourceVersion) > store.revision) throw tooLarge(resourceVersion);
}

function tooLarge(revision: number | string): StatusError {
  return new StatusError(504, 'Timeout', `Too large resource version: ${revision}`, { retryAfterSeconds: 1 });
}

/** The store's words for a revision that it cannot show, in those of Kubernetes. */
export function fromStoreError(error: unknown, revision: number): unknown {
  if (!(error instanceof StoreError)) return error;
  if (error.code === 'EXPIRED') return expired(`too old resource version: ${revision}`);
  if (error.code === 'FUTURE_REVISION') {
    return tooLarge(revision);
  }
  return error;
}
