import { equalitiesOf } from '../../expr/index.js';
import type { PolicyConfig, RuleConfig } from '../../policy/index.js';
import { fullName, parsePolicyName } from '../../resources/istio/policy/names.js';
import { rule } from '../../resources/istio/policy/rule.js';
import type { KubeObject } from '../../resources/object.js';
import { namespaceOf, type Problem, refOf } from '../snapshot.js';

type Parts = Pick<PolicyConfig, 'handlers' | 'instances' | 'rootNamespace'>;

/** What makes a rule one for TCP, beside a match on context.protocol. */
const PROTOCOL_LABEL = 'istio-protocol';

/** A rule with whole names. Actions without their handler, and instances that are not there, are left out and told. */
export function compileRule(object: KubeObject, parts: Parts): { rule: RuleConfig; problems: Problem[] } {
  const namespace = namespaceOf(object);
  const { match = '', actions = [] } = rule.specOf(object);
  const problems: Problem[] = [];
  const missing = (what: string, name: string): void => {
    problems.push(unresolved(object, `${what}NotFound`, `No ${what.toLowerCase()} ${name} exists`));
  };
  const resolved = actions.flatMap(({ handler = '', instances = [] }) => {
    const name = wholeName(handler, namespace);
    const known = [...new Set(instances.map((one) => wholeName(one, namespace)))].filter((instance) => {
      const found = Object.hasOwn(parts.instances, instance);
      if (!found) missing('Instance', instance);
      return found;
    });
    if (!Object.hasOwn(parts.handlers, name)) {
      missing('Handler', name);
      return [];
    }
    problems.push(...handlerProblems(object, name, known, parts));
    return known.length === 0 ? [] : [{ handler: name, instances: known }];
  });
  return {
    rule: { namespace, name: object.metadata.name, match, protocol: protocolOf(object, match), actions: resolved },
    problems,
  };
}

function wholeName(text: string, namespace: string): string {
  const name = parsePolicyName(text, namespace);
  return name === undefined ? text : fullName(name);
}

function protocolOf(object: KubeObject, match: string): 'http' | 'tcp' {
  if (object.metadata.labels?.[PROTOCOL_LABEL] === 'tcp') return 'tcp';
  return match.trim() !== '' && equalitiesOf(match).get('context.protocol') === 'tcp' ? 'tcp' : 'http';
}

/** A handler that does not know what it is sent: it does nothing with it. */
function handlerProblems(object: KubeObject, name: string, instances: readonly string[], parts: Parts): Problem[] {
  const handler = parts.handlers[name]!;
  if (handler.adapter === 'memquota' || handler.adapter === 'redisquota') {
    const limits = new Set(handler.quotas.map((limit) => limit.name));
    return instances
      .filter((instance) => !limits.has(instance))
      .map((one) => unresolved(object, 'LimitNotFound', `${name} has no limit for ${one}: it is not counted`));
  }
  if (handler.adapter !== 'prometheus') return [];
  const metrics = new Set(handler.metrics.map(({ instanceName }) => instanceName));
  return instances
    .filter((instance) => !metrics.has(instance))
    .map((one) => unresolved(object, 'MetricNotFound', `${name} has no metric for ${one}: it is not recorded`));
}

/** A rule that compares destination.service with a service that there is not, or that its namespace does not have. */
export function deadMatch(object: KubeObject, root: string): (serviceExists: (host: string) => boolean) => Problem[] {
  const { match = '' } = rule.specOf(object);
  const host = match.trim() === '' ? undefined : equalitiesOf(match).get('destination.service');
  const namespace = namespaceOf(object);
  return (serviceExists) => {
    if (typeof host !== 'string') return [];
    if (!serviceExists(host)) {
      return [unresolved(object, 'ServiceNotFound', `No service ${host} is known: the rule matches no request`)];
    }
    if (namespace === root || host.split('.')[1] === namespace) return [];
    const why = `the rule matches no request: it holds for services of ${namespace} alone. Move it there or to ${root}`;
    return [unresolved(object, 'OtherNamespace', `${host} is in another namespace: ${why}`)];
  };
}

function unresolved(object: KubeObject, reason: string, message: string): Problem {
  return { object: refOf(object), type: 'ResolvedRefs', reason, message };
}
