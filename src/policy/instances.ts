import {
  type AttributeBag,
  compileExpression,
  type Expression,
  Failure,
  type Value,
  type ValueType,
  type Vocabulary,
} from '../expr/index.js';

/** A value with the type that its expression has. */
export interface TypedValue {
  readonly type: ValueType;
  readonly value: Value;
}

/** Makes one part of an instance from the attributes of a request. */
export type Build<T> = (bag: AttributeBag) => T | Failure;

/** By name, in the order of names. @throws ExpressionError */
export function compileValues(
  expressions: Readonly<Record<string, string>>,
  vocabulary: Vocabulary,
): Build<ReadonlyMap<string, TypedValue>> {
  const compiled = Object.keys(expressions)
    .sort()
    .map((name): [string, Expression] => [name, compileExpression(expressions[name]!, vocabulary)]);
  return (bag) => {
    const values = new Map<string, TypedValue>();
    for (const [name, { type, evaluate }] of compiled) {
      const value = evaluate(bag);
      if (value instanceof Failure) return value;
      values.set(name, { type, value });
    }
    return values;
  };
}
