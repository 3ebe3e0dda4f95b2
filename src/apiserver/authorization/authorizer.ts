import type { User } from '../http/authentication.js';

/** What a request wants to do. Resources have their subresource: `pods/log`. */
export interface Attributes {
  readonly user: User;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name?: string;
  readonly namespace?: string;
  /** Instead of all the above but the verb: a URL that is no resource's. */
  readonly path?: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

/** Who may do what. */
export interface Authorizer {
  authorize(attributes: Attributes): Decision;
}

/** Every user that the server knows may do everything: a mesh on one machine belongs to who started it. */
export const ALLOW_ALL: Authorizer = { authorize: () => ({ allowed: true, reason: '' }) };
