import { check, checkAs } from './check.js';
import { compileComparison } from './compile-comparison.js';
import { ExpressionError } from './errors.js';
import { parse } from './parser.js';
import type { Typed } from './typed.js';
import { type AttributeBag, Failure, type StringMap, type Value, type ValueType } from './values.js';
import type { Vocabulary } from './vocabulary.js';

/** Never undefined, but where the place of the expression allows an absent value (left of `|`). */
export type Evaluate = (bag: AttributeBag) => Value | Failure | undefined;

/** An expression, ready to be run many times. */
export interface Expression {
  readonly text: string;
  readonly type: ValueType;
  /** The value for these attributes, or why there is none. */
  evaluate(bag: AttributeBag): Value | Failure;
}

/**
 * @param expected the type that the value must have; any where it is left out
 * @throws ExpressionError
 */
export function compileExpression(text: string, vocabulary: Vocabulary, expected?: ValueType): Expression {
  const node = parse(text);
  const typed = expected === undefined ? check(node, text, vocabulary) : checkAs(node, text, vocabulary, expected);
  const evaluate = compileStrict(typed, text) as Expression['evaluate'];
  return { text, type: typed.type, evaluate };
}

function compileStrict(typed: Typed, text: string): Evaluate {
  const strict = (one: Typed) => compileStrict(one, text);
  switch (typed.kind) {
    case 'constant': {
      const { value } = typed;
      return () => value;
    }
    case 'attribute': {
      const { name } = typed;
      const absent = new Failure(`lookup failed: '${name}'`);
      return (bag) => bag.get(name) ?? absent;
    }
    case 'index':
      return compileIndex(strict(typed.map), typed.key, strict(typed.key));
    case 'default':
      return compileDefault(compileOptional(typed.left, text), strict(typed.right));
    case 'logical':
      return compileLogical(typed.operator, strict(typed.left), strict(typed.right));
    case 'comparison': {
      const constant = typed.right.kind === 'constant' ? typed.right.value : undefined;
      return compileComparison(typed.operator, typed.left.type, strict(typed.left), strict(typed.right), constant);
    }
    case 'sum':
      return compileSum(strict(typed.left), strict(typed.right));
    case 'call':
      return compileCall(typed, typed.args.map(strict), text);
  }
}

/** Left of `|`: what is absent is undefined, and everything else as ever. Only names, entries and defaults can be absent. */
function compileOptional(typed: Typed, text: string): Evaluate {
  const optional = (one: Typed) => compileOptional(one, text);
  if (typed.kind === 'attribute') {
    const { name } = typed;
    return (bag) => bag.get(name);
  }
  if (typed.kind === 'default') return compileDefault(optional(typed.left), optional(typed.right));
  if (typed.kind === 'index') return compileOptionalIndex(optional(typed.map), optional(typed.key));
  return compileStrict(typed, text);
}

/** An entry that a map has not is the empty text, as in Mixer; only a map that is absent fails. */
function compileIndex(map: Evaluate, key: Typed, keyOf: Evaluate): Evaluate {
  if (key.kind === 'constant') {
    const name = key.value as string;
    return (bag) => {
      const entries = map(bag);
      return entries instanceof Failure ? entries : ((entries as StringMap).get(name) ?? '');
    };
  }
  return (bag) => {
    const entries = map(bag);
    if (entries instanceof Failure) return entries;
    const name = keyOf(bag);
    return name instanceof Failure ? name : ((entries as StringMap).get(name as string) ?? '');
  };
}

function compileOptionalIndex(map: Evaluate, key: Evaluate): Evaluate {
  return (bag) => {
    const entries = map(bag);
    if (entries === undefined || entries instanceof Failure) return entries;
    const name = key(bag);
    if (name === undefined || name instanceof Failure) return name;
    return (entries as StringMap).get(name as string);
  };
}

function compileDefault(left: Evaluate, right: Evaluate): Evaluate {
  return (bag) => {
    const value = left(bag);
    return value === undefined ? right(bag) : value;
  };
}

function compileLogical(operator: '&&' | '||', left: Evaluate, right: Evaluate): Evaluate {
  if (operator === '&&') {
    return (bag) => {
      const value = left(bag);
      return value === true ? right(bag) : value;
    };
  }
  return (bag) => {
    const value = left(bag);
    return value === false ? right(bag) : value;
  };
}

function compileSum(left: Evaluate, right: Evaluate): Evaluate {
  return (bag) => {
    const a = left(bag);
    if (a instanceof Failure) return a;
    const b = right(bag);
    return b instanceof Failure ? b : (a as string) + (b as string);
  };
}

function compileCall(typed: Extract<Typed, { kind: 'call' }>, args: readonly Evaluate[], text: string): Evaluate {
  const { definition } = typed;
  const call = definition.make() as Call;
  const constants = typed.args.map((arg) => (arg.kind === 'constant' ? arg.value : undefined));
  const value = constants.includes(undefined) ? definition.check?.(constants) : call(...(constants as Value[]));
  if (value instanceof Failure) throw new ExpressionError(value.message, text, typed.offset);
  if (value !== undefined) return () => value;
  return args.length === 2 ? callOfTwo(call, args as [Evaluate, Evaluate]) : callOf(call, args);
}

type Call = (...args: readonly Value[]) => Value | Failure;

/** Most functions have two parameters: no list is made for them. */
function callOfTwo(call: Call, [first, second]: readonly [Evaluate, Evaluate]): Evaluate {
  return (bag) => {
    const a = first(bag);
    if (a instanceof Failure) return a;
    const b = second(bag);
    return b instanceof Failure ? b : call(a!, b!);
  };
}

function callOf(call: Call, args: readonly Evaluate[]): Evaluate {
  return (bag) => {
    const values: Value[] = [];
    for (const arg of args) {
      const value = arg(bag);
      if (value instanceof Failure) return value;
      values.push(value!);
    }
    return call(...values);
  };
}
