import { clone } from '@bufbuild/protobuf';
import { type Editing, PART_SCHEMAS, type Part, type PartMessage, type Patch } from './patch-types.js';

/** The items of a list in a message, and which of them a patch means. */
export interface ListTarget<P extends Part> {
  readonly list: PartMessage<P>[];
  /** Whether the patch says which items it means; if not, it means all, or the ends of the list. */
  readonly isNamed: boolean;
  readonly matches: (item: PartMessage<P>) => boolean;
}

/** Everything but MERGE: adds, takes away or replaces items. */
export function editList<P extends Part>({ applied }: Editing, patch: Patch<P>, target: ListTarget<P>): void {
  const { list, isNamed, matches } = target;
  const at = list.findIndex(matches);
  const place = placeOf(patch, isNamed, at, list.length);
  if (place !== undefined) {
    list.splice(place, 0, messageFor(patch));
  } else if (patch.operation === 'REPLACE' && isNamed && at >= 0) {
    list[at] = messageFor(patch);
  } else if (patch.operation === 'REMOVE' && isNamed && at >= 0) {
    list.splice(0, list.length, ...list.filter((item) => !matches(item)));
  } else {
    return;
  }
  applied.add(patch);
}

/** Where a new item comes. Undefined: nowhere. */
function placeOf({ operation }: Patch, isNamed: boolean, at: number, length: number): number | undefined {
  switch (operation) {
    case 'ADD':
      return length;
    case 'INSERT_FIRST':
      return 0;
    case 'INSERT_BEFORE':
      return isNamed ? place(at) : 0;
    case 'INSERT_AFTER':
      return isNamed ? place(at, 1) : length;
    default:
      return undefined;
  }
}

function place(at: number, offset = 0): number | undefined {
  return at < 0 ? undefined : at + offset;
}

/** The patch's message as one of its own: later patches may change it. */
export function messageFor<P extends Part>({ part, value }: Patch<P>): PartMessage<P> {
  return clone(PART_SCHEMAS[part], value) as PartMessage<P>;
}
