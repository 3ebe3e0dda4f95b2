import type { HeaderMap } from '../../wire/http1/index.js';
import {
  HeaderValueOption_HeaderAppendAction as Action,
  type HeaderValueOption,
} from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { StreamInfo } from '../http/stream-info.js';
import { compileFormat, type Formatter } from './formatter.js';

export type HeaderMutation = (headers: HeaderMap, info: StreamInfo) => void;

/** Compiles `*_headers_to_add` and `*_headers_to_remove` of one level. Pseudo headers and Host cannot be changed so. */
export function compileMutations(
  add: readonly HeaderValueOption[],
  remove: readonly string[],
  path: string,
): HeaderMutation | undefined {
  if (add.length === 0 && remove.length === 0) return undefined;
  const removed = remove.map((name) => name.toLowerCase()).filter((name) => name !== 'host' && !name.startsWith(':'));
  const added = add.map((option, i) => compileAdd(option, `${path}[${i}]`));
  return (headers, info) => {
    for (const name of removed) headers.delete(name);
    for (const mutate of added) mutate(headers, info);
  };
}

function compileAdd(option: HeaderValueOption, path: string): HeaderMutation {
  const name = (option.header?.key ?? '').toLowerCase();
  const format = compileFormat(option.header?.value ?? '', `${path}.header.value`, '');
  const action = actionOf(option);
  const keepEmpty = option.keepEmptyValue;
  if (name === 'host' || name === ':authority' || name === ':path') return pseudo(name, format);
  return (headers, info) => {
    const value = format(info);
    if (value === '' && !keepEmpty) return;
    if (action === Action.APPEND_IF_EXISTS_OR_ADD) headers.add(name, value);
    else if (action === Action.OVERWRITE_IF_EXISTS_OR_ADD) headers.set(name, value);
    else if ((action === Action.ADD_IF_ABSENT) !== headers.has(name)) headers.set(name, value);
  };
}

/** The deprecated `append` is read where it is set, as Envoy does. */
function actionOf(option: HeaderValueOption): Action {
  if (option.append === undefined) return option.appendAction;
  return option.append ? Action.APPEND_IF_EXISTS_OR_ADD : Action.OVERWRITE_IF_EXISTS_OR_ADD;
}

function pseudo(name: string, format: Formatter): HeaderMutation {
  return (headers, info) => {
    const value = format(info);
    if (value === '' || info.headers !== headers) return;
    if (name === ':path') info.path = value;
    else {
      info.host = value;
      headers.set('host', value);
    }
  };
}

/** Those of several levels in one, in this order. */
export function combineMutations(mutations: readonly (HeaderMutation | undefined)[]): HeaderMutation | undefined {
  const present = mutations.filter((mutation) => mutation !== undefined);
  if (present.length === 0) return undefined;
  if (present.length === 1) return present[0];
  return (headers, info) => {
    for (const mutate of present) mutate(headers, info);
  };
}
