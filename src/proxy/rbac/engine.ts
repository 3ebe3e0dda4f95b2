import { RBAC_Action as Action, type Policy, type RBAC } from '../../xds/types/gen/envoy/config/rbac/v3/rbac_pb.js';
import type { StreamInfo } from '../http/stream-info.js';
import { compilePermission, type RbacPredicate } from './permission.js';
import { compilePrincipal } from './principal.js';

/** What a set of policies says of one request or connection. */
export interface RbacVerdict {
  readonly allowed: boolean;
  /** The first policy that matches, by name; undefined when none does. */
  readonly policy: string | undefined;
}

interface CompiledPolicy {
  readonly matches: RbacPredicate;
  /** If this policy decides. */
  readonly verdict: RbacVerdict;
}

/** The policies of one `envoy.config.rbac.v3.RBAC`, compiled; shared by the HTTP and the network filter. */
export class RbacEngine {
  /** `LOG`: nothing is refused, but what matches is marked for access logs. */
  readonly logs: boolean;
  private readonly policies: readonly CompiledPolicy[];
  private readonly otherwise: RbacVerdict;

  /** @throws ConfigError */
  constructor(config: RBAC, path: string) {
    this.logs = config.action === Action.LOG;
    const allowedOnMatch = config.action !== Action.DENY;
    this.otherwise = { allowed: config.action !== Action.ALLOW, policy: undefined };
    // Envoy asks the policies in the order of their names
    this.policies = Object.entries(config.policies)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, policy]) => ({
        matches: compilePolicy(policy, `${path}.policies[${name}]`),
        verdict: { allowed: allowedOnMatch, policy: name },
      }));
  }

  decide(info: StreamInfo): RbacVerdict {
    for (const policy of this.policies) if (policy.matches(info)) return policy.verdict;
    return this.otherwise;
  }
}

function compilePolicy(policy: Policy, path: string): RbacPredicate {
  const permissions = policy.permissions.map((one, i) => compilePermission(one, `${path}.permissions[${i}]`));
  const principals = policy.principals.map((one, i) => compilePrincipal(one, `${path}.principals[${i}]`));
  return (info) => permissions.some((matches) => matches(info)) && principals.some((matches) => matches(info));
}

/** `rbac_access_denied_matched_policy[name]`, the response code details of a refusal; names lose their blanks. */
export function denialDetails(verdict: RbacVerdict): string {
  return `rbac_access_denied_matched_policy[${(verdict.policy ?? 'none').replaceAll(/\s/g, '_')}]`;
}
