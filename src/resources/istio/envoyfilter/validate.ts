import type { FieldError } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { FieldErrors, keyed } from '../checks.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import type { ConfigMatch, ConfigPatch, EnvoyFilter, EnvoyFilterSpec, FilterChainMatch } from './types.js';

/** Each patch is tried on each listener, route and cluster of each proxy. */
export const CONFIG_PATCHES_MAX = 256;
export const HTTP_CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';

type Subject = 'listener' | 'routeConfiguration' | 'cluster';
const SUBJECTS: readonly Subject[] = ['listener', 'routeConfiguration', 'cluster'];
/** What a match can be about, by what is patched. */
const SUBJECT_OF: ReadonlyMap<string, Subject> = new Map([
  ['LISTENER', 'listener'],
  ['LISTENER_FILTER', 'listener'],
  ['FILTER_CHAIN', 'listener'],
  ['NETWORK_FILTER', 'listener'],
  ['HTTP_FILTER', 'listener'],
  ['ROUTE_CONFIGURATION', 'routeConfiguration'],
  ['VIRTUAL_HOST', 'routeConfiguration'],
  ['HTTP_ROUTE', 'routeConfiguration'],
  ['CLUSTER', 'cluster'],
]);

/** What of a patch can be judged without knowing Envoy's messages. */
export function validateEnvoyFilter(object: KubeObject): FieldError[] {
  const errors = new FieldErrors();
  const spec = (object as EnvoyFilter).spec as EnvoyFilterSpec | undefined;
  for (const [key, value] of Object.entries(spec?.workloadSelector?.labels ?? {})) {
    const field = keyed('spec.workloadSelector.labels', key);
    if (key === '') errors.required(field, 'the name of a label');
    if (`${key}${value}`.includes('*')) errors.invalid(field, value, "wildcard '*' is not supported in the selector");
  }
  const patches = spec?.configPatches ?? [];
  if (patches.length > CONFIG_PATCHES_MAX) {
    errors.invalid('spec.configPatches', `${patches.length} patches`, `must not be more than ${CONFIG_PATCHES_MAX}`);
    return errors.list;
  }
  patches.forEach((patch, index) => {
    checkPatch(errors, `spec.configPatches[${index}]`, patch);
  });
  return [...errors.list, ...unsupportedFieldErrors(object)];
}

function checkPatch(errors: FieldErrors, field: string, { applyTo, match, patch }: ConfigPatch): void {
  if (!applyTo || applyTo === 'INVALID')
    errors.required(`${field}.applyTo`, 'what is patched, for example HTTP_FILTER');
  if (patch === undefined) errors.required(`${field}.patch`, 'an operation, and a value unless it is REMOVE');
  else if (!patch.operation || patch.operation === 'INVALID') {
    errors.required(`${field}.patch.operation`, 'for example MERGE or INSERT_BEFORE');
  } else if (patch.operation !== 'REMOVE' && patch.value === undefined) {
    errors.required(`${field}.patch.value`, `what to ${patch.operation.toLowerCase().replace('_', ' ')}`);
  }
  errors.regex(`${field}.match.proxy.proxyVersion`, match?.proxy?.proxyVersion);
  if (match && applyTo) checkSubject(errors, `${field}.match`, applyTo, match);
  if (applyTo === 'HTTP_FILTER' && match?.listener?.filterChain?.filter) {
    checkFilter(errors, `${field}.match.listener.filterChain.filter`, match.listener.filterChain.filter);
  } else if (applyTo === 'NETWORK_FILTER' && match?.listener?.filterChain?.filter?.subFilter) {
    const text = 'only a patch of an HTTP_FILTER can match by a filter within a filter';
    errors.forbidden(`${field}.match.listener.filterChain.filter.subFilter`, text);
  }
}

function checkSubject(errors: FieldErrors, field: string, applyTo: string, match: ConfigMatch): void {
  const given = SUBJECTS.filter((subject) => match[subject] !== undefined);
  const wanted = SUBJECT_OF.get(applyTo);
  if (given.length > 1) errors.forbidden(field, `only one of ${given.join(' and ')} may be matched`);
  const wrong = given.find((subject) => subject !== wanted);
  if (wrong && wanted) errors.forbidden(`${field}.${wrong}`, `a patch of a ${applyTo} matches by ${wanted}`);
}

function checkFilter(errors: FieldErrors, field: string, filter: NonNullable<FilterChainMatch['filter']>): void {
  const { name, subFilter } = filter;
  if (!name) {
    errors.required(`${field}.name`, `${HTTP_CONNECTION_MANAGER}, in which HTTP filters are`);
  } else if (name !== HTTP_CONNECTION_MANAGER) {
    errors.invalid(`${field}.name`, name, `HTTP filters are in ${HTTP_CONNECTION_MANAGER} only`);
  }
  if (subFilter && !subFilter.name) errors.required(`${field}.subFilter.name`, 'the name of an HTTP filter');
}
