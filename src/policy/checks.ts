import { type AttributeBag, compileExpression, Failure, type Vocabulary } from '../expr/index.js';
import type { ListChecker } from './adapters/listchecker.js';
import type { HandlerConfig, InstanceConfig } from './config.js';
import { ALLOWED, OK, type Verdict } from './status.js';

/** Asks one handler about one instance. A Failure: the instance could not be made, and nothing was asked. */
export type Check = (bag: AttributeBag) => Verdict | Failure | Promise<Verdict>;

/** Undefined where the handler makes no such checks. @throws ExpressionError */
export function compileCheck(
  handler: HandlerConfig,
  instance: InstanceConfig,
  name: string,
  vocabulary: Vocabulary,
  lists: ReadonlyMap<string, ListChecker>,
): Check | undefined {
  if (instance.template === 'checknothing') return checkNothing(handler, name);
  if (instance.template !== 'listentry') return undefined;
  const value = compileExpression(instance.value, vocabulary, 'STRING');
  const nothing = checkNothing(handler, name);
  const list = lists.get(name);
  return (bag) => {
    const text = value.evaluate(bag);
    if (text instanceof Failure) return text;
    if (list === undefined) return nothing?.(bag) ?? ALLOWED;
    const verdict = list.check(text as string);
    return verdict instanceof Promise ? verdict.then((later) => named(name, later)) : named(name, verdict);
  };
}

function checkNothing(handler: HandlerConfig, name: string): Check | undefined {
  if (handler.adapter === 'noop') return () => ALLOWED;
  if (handler.adapter !== 'denier') return undefined;
  const verdict = named(name, { code: handler.code, message: handler.message });
  return () => verdict;
}

/** A refusal says which handler it is from. */
function named(handler: string, { code, message }: Verdict): Verdict {
  return code === OK ? ALLOWED : { code, message: `${handler}:${message}` };
}
