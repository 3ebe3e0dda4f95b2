import { type AttributeBag, Failure } from '../expr/index.js';
import type { CompiledRule } from './compiled-rules.js';
import { actionsNamed } from './quota/charge-request.js';
import type { Charge } from './quota/charges.js';
import type { Verdict } from './status.js';

/** What one rule does with a request. Nothing is charged to find it out. */
export interface RuleExplanation {
  /** `namespace/name` */
  readonly rule: string;
  readonly outcome: 'applies' | 'does not match' | 'fails' | 'is for another protocol';
  /** Why the match failed: `lookup failed: 'source.labels'`. */
  readonly why: string;
  /** Of each check of a rule that applies; a text: the instance could not be made, and nothing was asked. */
  readonly verdicts: readonly (Verdict | string)[];
  readonly charges: readonly { readonly instance: string; readonly amount: number }[];
}

export function explainRule(
  rule: CompiledRule,
  bag: AttributeBag,
  isTcp: boolean,
  charges: readonly Charge[],
): RuleExplanation | Promise<RuleExplanation> {
  const nothing = { rule: rule.name, why: '', verdicts: [], charges: [] };
  if (rule.tcp !== isTcp) return { ...nothing, outcome: 'is for another protocol' };
  const matched = rule.condition?.evaluate(bag) ?? true;
  if (matched instanceof Failure) return { ...nothing, outcome: 'fails', why: matched.message };
  if (matched !== true) return { ...nothing, outcome: 'does not match' };
  const answers = rule.checks.map((check) => check(bag));
  const charged = charges.flatMap(({ quota, amount }) =>
    actionsNamed(quota, rule.quotas).map(({ instance }) => ({ instance, amount })),
  );
  const whole = (done: readonly (Verdict | Failure)[]): RuleExplanation => ({
    ...nothing,
    outcome: 'applies',
    verdicts: done.map((answer) => (answer instanceof Failure ? answer.message : answer)),
    charges: charged,
  });
  const later = answers.some((answer) => answer instanceof Promise);
  return later ? Promise.all(answers).then(whole) : whole(answers as readonly (Verdict | Failure)[]);
}
