import type { PolicyRule } from 'kubernetes-types/rbac/v1.js';
import { SERVICE_ACCOUNT } from '../../resources/core/service-account/index.js';
import type { Attributes, Authorizer } from '../authorization/authorizer.js';
import type { User } from '../http/authentication.js';
import { decodeBody, OBJECT_TYPES } from '../http/body.js';
import type { Call } from '../http/call.js';
import type { RequestInfo } from '../http/request-info.js';
import { sendJson } from '../http/respond.js';
import { isObject, type JsonObject } from '../json.js';
import type { ObjectApi } from '../object-api.js';
import { badRequest, invalid, methodNotAllowed } from '../status-error.js';
import type { ServiceAccountTokens } from './service-account-tokens.js';

const AUTHENTICATION = 'authentication.k8s.io';
const AUTHORIZATION = 'authorization.k8s.io';
const TOKEN_SECONDS_DEFAULT = 3600;
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 365 * 24 * 3600;

interface RuleSource {
  rulesFor(user: User, namespace: string): PolicyRule[];
}

/** Questions in the form of objects that are answered and not kept: who am I, may I, and a token please. */
export class ReviewHandler {
  constructor(
    private readonly api: ObjectApi,
    private readonly authorizer: Authorizer & Partial<RuleSource>,
    private readonly tokens: ServiceAccountTokens | undefined,
  ) {}

  /** Whether a request is one of its. */
  takes({ group, resource, subresource }: RequestInfo): boolean {
    if (group === '' && resource === 'serviceaccounts') return subresource === 'token';
    return (group === AUTHENTICATION || group === AUTHORIZATION) && REVIEWS.has(resource);
  }

  async handle(call: Call, info: RequestInfo): Promise<void> {
    if (call.request.method !== 'POST') throw methodNotAllowed();
    const { value } = await decodeBody(call.request, OBJECT_TYPES);
    if (!isObject(value)) throw badRequest('the body must be an object');
    const spec = isObject(value['spec']) ? value['spec'] : {};
    const status = await this.answer(call, info, spec);
    sendJson(call.response, 201, { ...value, metadata: isObject(value['metadata']) ? value['metadata'] : {}, status });
  }

  private async answer(call: Call, info: RequestInfo, spec: JsonObject): Promise<JsonObject> {
    const user = call.user ?? { name: 'system:anonymous', groups: ['system:unauthenticated'] };
    switch (info.resource) {
      case 'serviceaccounts':
        return this.token(info, spec);
      case 'selfsubjectreviews':
        return { userInfo: userInfo(user) };
      case 'tokenreviews': {
        const known = this.tokens?.verify(String(spec['token'] ?? ''));
        return known ? { authenticated: true, user: userInfo(known) } : { authenticated: false };
      }
      case 'selfsubjectrulesreviews':
        return this.rules(user, String(spec['namespace'] ?? 'default'));
      case 'selfsubjectaccessreviews':
        return { ...this.authorizer.authorize(attributesOf(info, spec, user)) };
      default:
        return { ...this.authorizer.authorize(attributesOf(info, spec, subjectOf(spec))) };
    }
  }

  private async token({ name = '', namespace = '' }: RequestInfo, spec: JsonObject): Promise<JsonObject> {
    const { group, plural } = SERVICE_ACCOUNT;
    const account = await this.api.get({ group, version: 'v1', resource: plural }, name, namespace);
    if (!this.tokens) throw methodNotAllowed();
    const asked = spec['expirationSeconds'] ?? TOKEN_SECONDS_DEFAULT;
    if (typeof asked !== 'number' || asked < TOKEN_SECONDS_MIN || asked > TOKEN_SECONDS_MAX) {
      const message = `Invalid value: ${JSON.stringify(asked)}: may not be less than 10 minutes or more than a year`;
      throw invalid(AUTHENTICATION, 'TokenRequest', '', [
        { reason: 'FieldValueInvalid', field: 'spec.expirationSeconds', message },
      ]);
    }
    const audiences = Array.isArray(spec['audiences']) ? spec['audiences'].map(String) : undefined;
    return { ...this.tokens.issue({ name, namespace, uid: account.metadata.uid ?? '' }, asked, audiences) };
  }

  private rules(user: User, namespace: string): JsonObject {
    const rules = this.authorizer.rulesFor?.(user, namespace) ?? [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ];
    return {
      resourceRules: rules.filter((rule) => rule.resources?.length),
      nonResourceRules: rules.filter((rule) => rule.nonResourceURLs?.length),
      incomplete: false,
    };
  }
}

/** Resource -> kind. */
const REVIEWS: ReadonlyMap<string, string> = new Map([
  ['selfsubjectreviews', 'SelfSubjectReview'],
  ['tokenreviews', 'TokenReview'],
  ['selfsubjectaccessreviews', 'SelfSubjectAccessReview'],
  ['selfsubjectrulesreviews', 'SelfSubjectRulesReview'],
  ['subjectaccessreviews', 'SubjectAccessReview'],
  ['localsubjectaccessreviews', 'LocalSubjectAccessReview'],
]);

function userInfo({ name, groups }: User): JsonObject {
  return { username: name, groups };
}

function subjectOf(spec: JsonObject): User {
  const groups = Array.isArray(spec['groups']) ? spec['groups'].map(String) : [];
  return { name: String(spec['user'] ?? ''), groups };
}

/** Throws Invalid where the review asks for neither a resource nor a path. */
function attributesOf(info: RequestInfo, spec: JsonObject, user: User): Attributes {
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec;
  if (isObject(path)) {
    return { user, verb: String(path['verb'] ?? ''), group: '', resource: '', path: String(path['path'] ?? '') };
  }
  if (!isObject(resource)) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    throw invalid(AUTHORIZATION, REVIEWS.get(info.resource) ?? '', '', [
      { reason: 'FieldValueInvalid', field: 'spec.resourceAttributes', message: `Invalid value: null: ${why}` },
    ]);
  }
  const text = (field: string): string => String(resource[field] ?? '');
  const subresource = text('subresource');
  return {
    user,
    verb: text('verb'),
    group: text('group'),
    resource: subresource === '' ? text('resource') : `${text('resource')}/${subresource}`,
    ...(text('name') !== '' && { name: text('name') }),
    ...(text('namespace') !== '' && { namespace: text('namespace') }),
  };
}
