import { messageOf } from '../base/errors.js';
import { type AttributeBag, compileExpression, type Expression, type Vocabulary } from '../expr/index.js';
import { ListChecker } from './adapters/listchecker.js';
import { type Check, compileCheck } from './checks.js';
import type { ActionConfig, HandlerConfig, InstanceConfig, PolicyConfig, RuleConfig } from './config.js';
import type { PolicyEnvironment } from './environment.js';
import { compileGenerator, type Generator } from './generated-attributes.js';
import { compileQuota, type QuotaAction } from './quota/action.js';
import { compileReport, type Report } from './report/reports.js';

/** A rule with what its actions do, by kind. */
export interface CompiledRule {
  /** `namespace/name` */
  readonly name: string;
  readonly namespace: string;
  readonly tcp: boolean;
  /** Absent: always. */
  readonly condition: Expression | undefined;
  readonly checks: readonly Check[];
  readonly quotas: readonly QuotaAction[];
  readonly reports: readonly Report[];
  readonly generators: readonly Generator[];
}

/** What all rules of a configuration share. */
export interface RuleContext {
  readonly config: PolicyConfig;
  readonly vocabulary: Vocabulary;
  readonly environment: PolicyEnvironment;
  readonly lists: ReadonlyMap<string, ListChecker>;
}

/** A list checker for each handler that is one; whoever makes them closes them. */
export function openLists(config: PolicyConfig, environment: PolicyEnvironment): Map<string, ListChecker> {
  const lists = new Map<string, ListChecker>();
  for (const [name, handler] of Object.entries(config.handlers)) {
    if (handler.adapter !== 'listchecker') continue;
    skipping(environment, name, () => lists.set(name, new ListChecker(name, handler, environment)));
  }
  return lists;
}

/**
 * What cannot be compiled (an expression that another version let through, a handler that is gone) is left out with a warning: the
 * rest of the policy holds.
 */
export function compileRule(rule: RuleConfig, context: RuleContext): CompiledRule | undefined {
  const { vocabulary, environment } = context;
  const name = `${rule.namespace}/${rule.name}`;
  return skipping(environment, `rule ${name}`, () => {
    const text = rule.match.trim();
    const condition = text === '' || text === 'true' ? undefined : compileExpression(text, vocabulary, 'BOOL');
    const parts = emptyParts();
    for (const action of rule.actions) addAction(parts, action, context);
    return { name, namespace: rule.namespace, tcp: rule.protocol === 'tcp', condition, ...parts };
  });
}

interface Parts {
  readonly checks: Check[];
  readonly quotas: QuotaAction[];
  readonly reports: Report[];
  readonly generators: Generator[];
}

function emptyParts(): Parts {
  return { checks: [], quotas: [], reports: [], generators: [] };
}

function addAction(parts: Parts, { handler: name, instances }: ActionConfig, context: RuleContext): void {
  const { config, environment } = context;
  const handler = config.handlers[name];
  if (handler === undefined) {
    environment.logger.warn(`handler ${name} is not there: its actions are skipped`);
    return;
  }
  for (const instance of instances) {
    const template = config.instances[instance];
    if (template === undefined) environment.logger.warn(`instance ${instance} is not there: it is skipped`);
    else
      skipping(environment, `instance ${instance}`, () =>
        addInstance(parts, { name, handler, instance, template }, context),
      );
  }
}

interface Pair {
  readonly name: string;
  readonly handler: HandlerConfig;
  readonly instance: string;
  readonly template: InstanceConfig;
}

function addInstance(parts: Parts, { name, handler, instance, template }: Pair, context: RuleContext): void {
  const { vocabulary, environment, lists } = context;
  if (template.template === 'quota') {
    const quota = compileQuota(handler, template, { handler: name, instance }, vocabulary, environment);
    if (quota !== undefined) parts.quotas.push(quota);
  } else if (template.template === 'kubernetes') {
    if (handler.adapter === 'kubernetesenv') parts.generators.push(compileGenerator(template, vocabulary));
  } else {
    const check = compileCheck(handler, template, name, vocabulary, lists);
    if (check !== undefined) parts.checks.push(check);
    const report = compileReport(handler, template, instance, vocabulary, environment);
    if (report !== undefined) parts.reports.push(report);
  }
}

function skipping<T>({ logger }: PolicyEnvironment, what: string, make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    logger.warn(`${what} is skipped: ${messageOf(error)}`);
    return undefined;
  }
}

/** Whether a rule applies. A condition that fails does not. */
export function applies({ condition, tcp }: CompiledRule, bag: AttributeBag, isTcp: boolean): boolean {
  return tcp === isTcp && (condition === undefined || condition.evaluate(bag) === true);
}
