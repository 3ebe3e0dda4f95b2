import type { Call } from '../http/call.js';
import { boolean } from '../http/query.js';
import type { RequestInfo } from '../http/request-info.js';
import { StatusError } from '../status-error.js';
import type { Attributes, Authorizer } from './authorizer.js';

/** Throws Forbidden, in Kubernetes' words. */
export function checkAllowed(authorizer: Authorizer, call: Call, info: RequestInfo | undefined): void {
  const { user } = call;
  if (user === undefined) return;
  const attributes = info === undefined ? pathAttributes(call) : resourceAttributes(call, info);
  if (authorizer.authorize(attributes).allowed) return;
  throw refusal(attributes);
}

function refusal({ user, verb, group, resource, name = '', namespace, path }: Attributes): StatusError {
  if (path !== undefined) {
    return new StatusError(403, 'Forbidden', `forbidden: User "${user.name}" cannot ${verb} path "${path}"`, {});
  }
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const [plural = ''] = resource.split('/');
  const what = `${group === '' ? plural : `${plural}.${group}`}${name === '' ? '' : ` "${name}"`}`;
  const why = `User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  return new StatusError(403, 'Forbidden', `${what} is forbidden: ${why}`, {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    kind: plural,
  });
}

function pathAttributes({ user, request, pathname }: Call): Attributes {
  return { user: user!, verb: (request.method ?? 'GET').toLowerCase(), group: '', resource: '', path: pathname };
}

function resourceAttributes(call: Call, { group, resource, namespace, name, subresource }: RequestInfo): Attributes {
  return {
    user: call.user!,
    verb: verbOf(call, name),
    group,
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
  };
}

/** As roles and audit name it. */
export function verbOf({ request, query }: Pick<Call, 'request' | 'query'>, name: string | undefined): string {
  switch (request.method) {
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      if (name !== undefined) return 'get';
      return boolean(query, 'watch') ? 'watch' : 'list';
  }
}
