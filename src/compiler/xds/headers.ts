import type { Headers } from '../../resources/istio/virtualservice/types.js';
import {
  HeaderValueOption_HeaderAppendAction,
  type HeaderValueOptionSchema,
} from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { Init } from './resource.js';

type HeaderOptions = Init<typeof HeaderValueOptionSchema>[];

export interface HeaderMutations {
  requestHeadersToAdd?: HeaderOptions;
  requestHeadersToRemove?: string[];
  responseHeadersToAdd?: HeaderOptions;
  responseHeadersToRemove?: string[];
}

/** The same four fields stand in routes and in weighted clusters. */
export function headerMutations(headers: Headers | undefined): HeaderMutations {
  const mutations: HeaderMutations = {};
  const { request, response } = headers ?? {};
  const requestAdd = [...options(withoutHost(request?.set), true), ...options(withoutHost(request?.add), false)];
  const responseAdd = [...options(response?.set, true), ...options(response?.add, false)];
  if (requestAdd.length > 0) mutations.requestHeadersToAdd = requestAdd;
  if (request?.remove?.length) mutations.requestHeadersToRemove = request.remove;
  if (responseAdd.length > 0) mutations.responseHeadersToAdd = responseAdd;
  if (response?.remove?.length) mutations.responseHeadersToRemove = response.remove;
  return mutations;
}

/** Envoy does not let the host be changed as a header: it must be a rewrite of the route. */
export function hostFromHeaders(headers: Headers | undefined): string | undefined {
  const all = { ...headers?.request?.add, ...headers?.request?.set };
  return Object.entries(all).find(([name]) => isHost(name))?.[1];
}

function withoutHost(values: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(values ?? {}).filter(([name]) => !isHost(name)));
}

function isHost(name: string): boolean {
  return ['host', ':authority'].includes(name.toLowerCase());
}

function options(values: Readonly<Record<string, string>> | undefined, overwrite: boolean): HeaderOptions {
  const { OVERWRITE_IF_EXISTS_OR_ADD, APPEND_IF_EXISTS_OR_ADD } = HeaderValueOption_HeaderAppendAction;
  const appendAction = overwrite ? OVERWRITE_IF_EXISTS_OR_ADD : APPEND_IF_EXISTS_OR_ADD;
  return Object.entries(values ?? {}).map(([key, value]) => ({ header: { key, value }, appendAction }));
}
