import { ConfigError } from '../errors.js';
import { compileDirect, type DirectResponse } from './direct-response.js';
import { compileForward, type ForwardAction } from './forward-action.js';
import { compileRedirect, type RedirectTo } from './redirect.js';
import type { RouteScope } from './route-scope.js';

export type { ClusterChoice } from './cluster-choice.js';
export type { DirectResponse } from './direct-response.js';
export type { ForwardAction } from './forward-action.js';
export type { MirrorPolicy } from './mirror-policy.js';
export type { RedirectTo } from './redirect.js';

export type RouteAction = ForwardAction | RedirectTo | DirectResponse;

/** @throws ConfigError */
export function compileAction(scope: RouteScope): RouteAction {
  const { route, path } = scope;
  switch (route.action.case) {
    case 'route':
      return compileForward(route.action.value, scope, `${path}.route`);
    case 'redirect':
      return compileRedirect(route.action.value, route.match, `${path}.redirect`);
    case 'directResponse':
      return compileDirect(route.action.value, scope.table, `${path}.direct_response`);
    default:
      throw new ConfigError(path, 'a route needs route, redirect or direct_response');
  }
}
