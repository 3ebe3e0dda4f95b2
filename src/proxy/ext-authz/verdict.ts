import type { JsonObject } from '@bufbuild/protobuf';
import type { HeaderMap } from '../../wire/http1/index.js';
import {
  HeaderValueOption_HeaderAppendAction as Action,
  type HeaderValueOption,
} from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';

/** One change of a field, in the order in which the service says them. */
export interface HeaderChange {
  readonly name: string;
  readonly value: string;
  /** `append` joins the value to a field that is there. */
  readonly action: 'set' | 'add' | 'append' | 'add-if-absent' | 'set-if-present';
}

/** What an authorization service says of a request. */
export type Verdict =
  | {
      readonly kind: 'ok';
      readonly headers: readonly HeaderChange[];
      readonly remove: readonly string[];
      readonly responseHeaders: readonly HeaderChange[];
      readonly setQuery: readonly (readonly [name: string, value: string])[];
      readonly removeQuery: readonly string[];
      readonly metadata: JsonObject | undefined;
    }
  | {
      readonly kind: 'denied';
      readonly status: number;
      /** latin1 */
      readonly body: string;
      readonly headers: readonly HeaderChange[];
      readonly metadata: JsonObject | undefined;
    }
  | { readonly kind: 'error' };

const ACTIONS: Readonly<Record<Action, HeaderChange['action']>> = {
  [Action.APPEND_IF_EXISTS_OR_ADD]: 'add',
  [Action.ADD_IF_ABSENT]: 'add-if-absent',
  [Action.OVERWRITE_IF_EXISTS_OR_ADD]: 'set',
  [Action.OVERWRITE_IF_EXISTS]: 'set-if-present',
};

/** A change of the answer. */
export function changeOf(option: HeaderValueOption): HeaderChange {
  const action = option.append === undefined ? ACTIONS[option.appendAction] : option.append ? 'add' : 'set';
  return { name: nameOf(option), value: valueIn(option), action: action ?? 'set' };
}

/** A change of the request: there Envoy knows only `append`. */
export function requestChangeOf(option: HeaderValueOption): HeaderChange {
  return { name: nameOf(option), value: valueIn(option), action: option.append === true ? 'append' : 'set' };
}

function nameOf({ header }: HeaderValueOption): string {
  return (header?.key ?? '').toLowerCase();
}

function valueIn({ header }: HeaderValueOption): string {
  if (header === undefined) return '';
  return header.rawValue.length > 0 ? Buffer.from(header.rawValue).toString('latin1') : header.value;
}

export function applyChange(headers: HeaderMap, { name, value, action }: HeaderChange): void {
  const known = headers.has(name);
  if (action === 'add' || (action === 'add-if-absent' && !known)) headers.add(name, value);
  else if (action === 'set' || (action === 'set-if-present' && known)) headers.set(name, value);
  else if (action === 'append' && known) headers.set(name, `${headers.get(name)},${value}`);
}
