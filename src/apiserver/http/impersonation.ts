import type { IncomingMessage } from 'node:http';
import { StatusError } from '../status-error.js';
import type { User } from './authentication.js';

const MASTERS = 'system:masters';

/**
 * `kubectl --as`: who may everything may also be somebody else for one request.
 * @throws StatusError Forbidden for others, and BadRequest for groups without a user
 */
export function impersonated({ headers }: IncomingMessage, user: User | undefined): User | undefined {
  const name = headers['impersonate-user'];
  const groups = headers['impersonate-group'];
  if (name === undefined && groups === undefined) return user;
  if (user === undefined) return undefined;
  if (typeof name !== 'string' || name === '') {
    throw new StatusError(400, 'BadRequest', 'requested impersonation of groups without impersonating a user');
  }
  if (!user.groups.includes(MASTERS)) {
    const message = `users ${JSON.stringify(name)} is forbidden: User ${JSON.stringify(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`;
    throw new StatusError(403, 'Forbidden', message, { name, kind: 'users' });
  }
  const asked = [groups ?? []].flat().flatMap((value) => value.split(/,\s*/));
  return { name, groups: [...new Set([...asked, 'system:authenticated'])] };
}
