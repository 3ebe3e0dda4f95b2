import type { ComparisonOperator } from './ast.js';
import type { FunctionDefinition } from './functions/index.js';
import type { Value, ValueType } from './values.js';

/** An expression whose types agree, ready to be compiled. */
export type Typed =
  | {
      readonly kind: 'constant';
      readonly type: ValueType;
      readonly value: Value;
      /** A string that reads as a duration: it is one, unless its place asks for a STRING. */
      readonly text?: string;
    }
  | { readonly kind: 'attribute'; readonly type: ValueType; readonly name: string }
  | { readonly kind: 'index'; readonly type: 'STRING'; readonly map: Typed; readonly key: Typed }
  | { readonly kind: 'default'; readonly type: ValueType; readonly left: Typed; readonly right: Typed }
  | {
      readonly kind: 'logical';
      readonly type: 'BOOL';
      readonly operator: '&&' | '||';
      readonly left: Typed;
      readonly right: Typed;
    }
  | {
      readonly kind: 'comparison';
      readonly type: 'BOOL';
      readonly operator: ComparisonOperator;
      readonly left: Typed;
      readonly right: Typed;
    }
  | { readonly kind: 'sum'; readonly type: ValueType; readonly left: Typed; readonly right: Typed }
  | {
      readonly kind: 'call';
      readonly type: ValueType;
      readonly definition: FunctionDefinition;
      readonly offset: number;
      /** A method's target comes first. */
      readonly args: readonly Typed[];
    };

/** The same expression as a STRING, where it is made of strings that also read as durations. */
export function asString(typed: Typed): Typed | undefined {
  if (typed.type === 'STRING') return typed;
  if (typed.kind === 'constant' && typed.text !== undefined) {
    return { kind: 'constant', type: 'STRING', value: typed.text };
  }
  if (typed.kind !== 'default') return undefined;
  const [left, right] = [asString(typed.left), asString(typed.right)];
  return left && right ? { kind: 'default', type: 'STRING', left, right } : undefined;
}
