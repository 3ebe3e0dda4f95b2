import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { type AttributeBag, Failure } from '../../expr/index.js';
import { ALLOWED, RESOURCE_EXHAUSTED, type Verdict } from '../status.js';
import type { Amount, QuotaAction } from './action.js';
import type { QuotaGrant } from './backend.js';
import type { Charge } from './charges.js';

/**
 * Charges one request. Refused where a quota grants nothing, with the names of all quotas that do so; a place of counting that cannot be
 * asked does not refuse, as Mixer's proxies went on without Mixer.
 */
export function chargeRequest(
  charges: readonly Charge[],
  actions: readonly QuotaAction[],
  bag: AttributeBag,
  requestId: string,
  logger: Logger,
): Verdict | Promise<Verdict> {
  if (actions.length === 0) return ALLOWED;
  const answers = charges.map((charge) => grantsOf(charge, actions, bag, requestId, logger));
  const results = answers.flatMap(({ grants }) => grants);
  const verdict = (done: readonly boolean[]): Verdict => {
    let next = 0;
    const rejected = answers.filter(({ grants }) => {
      const own = done.slice(next, next + grants.length);
      next += grants.length;
      return own.includes(false);
    });
    return rejected.length === 0 ? ALLOWED : exhausted(rejected.map(({ quota }) => quota));
  };
  const now = results.filter((result) => typeof result === 'boolean');
  return now.length === results.length ? verdict(now) : Promise.all(results).then(verdict);
}

function exhausted(names: readonly string[]): Verdict {
  return { code: RESOURCE_EXHAUSTED, message: `Quota is exhausted for: ${names.join(',')}` };
}

function grantsOf(
  charge: Charge,
  actions: readonly QuotaAction[],
  bag: AttributeBag,
  requestId: string,
  logger: Logger,
) {
  const amount: Amount = {
    amount: charge.amount,
    bestEffort: false,
    deduplicationId: requestId === '' ? '' : requestId + charge.quota,
  };
  const asked = charge.amount > 0 ? actionsNamed(charge.quota, actions) : [];
  const grants = asked.map((action) => granted(action, bag, amount, logger));
  return { quota: charge.quota, grants };
}

/** The instances that a charge names; all where none has the name. */
export function actionsNamed(quota: string, actions: readonly QuotaAction[]): readonly QuotaAction[] {
  const name = quota.toLowerCase();
  const named = actions.filter(({ instance }) => instance === name || instance.startsWith(`${name}.`));
  return named.length > 0 ? named : actions;
}

function granted(action: QuotaAction, bag: AttributeBag, amount: Amount, logger: Logger): boolean | Promise<boolean> {
  const grant = action.allocate(bag, amount);
  if (grant instanceof Failure) {
    logger.debug(`quota ${action.instance} is not charged: ${grant.message}`);
    return true;
  }
  const enough = (answer: QuotaGrant) => answer.amount > 0;
  if (!(grant instanceof Promise)) return enough(grant);
  return grant.then(enough, (error: unknown) => {
    logger.warn(`quota ${action.instance} is not charged: ${messageOf(error)}`);
    return true;
  });
}
