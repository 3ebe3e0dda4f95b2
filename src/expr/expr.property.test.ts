import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compileExpression, ExpressionError, Failure, type Value, vocabularyOf } from './index.js';

const vocabulary = vocabularyOf(
  new Map([
    ['s1', 'STRING'],
    ['s2', 'STRING'],
    ['i1', 'INT64'],
    ['b1', 'BOOL'],
    ['m1', 'STRING_MAP'],
  ] as const),
);

/** An expression with what it means, told the slow way: absent is undefined, `FAILED` is an expression without a value. */
interface Meaning {
  readonly text: string;
  readonly meaning: (attributes: Attributes) => unknown;
  /** What absence becomes where no `|` looks at it. */
  readonly otherwise?: (attributes: Attributes) => unknown;
}

type Attributes = Readonly<Record<string, string | number | boolean | Record<string, string>>>;

const FAILED = Symbol('failed');
const ABSENT = undefined;

const word = fc.constantFrom('a', 'b', 'ab', 'x y', '"', '\\', 'ä', '1s', '0');
const text = (value: string) => JSON.stringify(value);

const literalString = word.map((value): Meaning => ({ text: text(value), meaning: () => value }));
const attribute = (...names: string[]) =>
  fc.constantFrom(...names).map((name): Meaning => ({ text: name, meaning: (attributes) => attributes[name] }));
const entry = word.map(
  (key): Meaning => ({
    text: `m1[${text(key)}]`,
    meaning: ({ m1 }) => (m1 === undefined ? ABSENT : (m1 as Record<string, string>)[key]),
    otherwise: ({ m1 }) => (m1 === undefined ? FAILED : ''),
  }),
);

/** Where no `|` looks at it, absence is failure, and of an entry the empty text. */
function strict({ meaning, otherwise }: Meaning, attributes: Attributes): unknown {
  const value = meaning(attributes);
  return value === ABSENT ? (otherwise?.(attributes) ?? FAILED) : value;
}

function either(left: Meaning, right: Meaning): Meaning {
  return {
    text: `(${left.text} | ${right.text})`,
    meaning: (attributes) => {
      const value = left.meaning(attributes);
      return value === ABSENT ? right.meaning(attributes) : value;
    },
    otherwise: (attributes) => strict(right, attributes),
  };
}

function applied(written: string, parts: readonly Meaning[], apply: (...values: never[]) => unknown): Meaning {
  return {
    text: written,
    meaning: (attributes) => {
      const values: unknown[] = [];
      for (const part of parts) {
        const value = strict(part, attributes);
        if (value === FAILED) return FAILED;
        values.push(value);
      }
      return apply(...(values as never[]));
    },
  };
}

const { strings, bools } = fc.letrec<{ strings: Meaning; ints: Meaning; bools: Meaning }>((tie) => ({
  strings: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    literalString,
    attribute('s1', 's2'),
    entry,
    fc.tuple(tie('strings'), tie('strings')).map(([a, b]) => either(a, b)),
    fc
      .tuple(tie('bools'), tie('strings'), tie('strings'))
      .map(([c, a, b]) =>
        applied(
          `conditionalString(${c.text}, ${a.text}, ${b.text})`,
          [c, a, b],
          (yes: boolean, one: string, two: string) => (yes ? one : two),
        ),
      ),
  ),
  ints: fc.oneof(
    { depthSize: 'small' },
    fc.nat(5).map((value): Meaning => ({ text: String(value), meaning: () => value })),
    attribute('i1'),
    fc.tuple(tie('ints'), tie('ints')).map(([a, b]) => either(a, b)),
  ),
  bools: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.boolean().map((value): Meaning => ({ text: String(value), meaning: () => value })),
    attribute('b1'),
    fc
      .tuple(tie('strings'), tie('strings'))
      .map(([a, b]) => applied(`(${a.text} == ${b.text})`, [a, b], (x, y) => x === y)),
    fc.tuple(tie('ints'), tie('ints')).map(([a, b]) => applied(`(${a.text} <= ${b.text})`, [a, b], (x, y) => x <= y)),
    fc
      .tuple(tie('strings'), tie('strings'))
      .map(([a, b]) => applied(`match(${a.text}, ${b.text})`, [a, b], (x: string, y: string) => x === y)),
    fc.tuple(tie('bools'), tie('bools'), fc.constantFrom('&&', '||')).map(
      ([a, b, operator]): Meaning => ({
        text: `(${a.text} ${operator} ${b.text})`,
        meaning: (attributes) => {
          const value = strict(a, attributes);
          if (value === FAILED) return FAILED;
          return value === (operator === '||') ? value : strict(b, attributes);
        },
      }),
    ),
  ),
}));

const attributesOf = fc.record(
  { s1: word, s2: word, i1: fc.nat(5), b1: fc.boolean(), m1: fc.dictionary(word, word, { maxKeys: 3 }) },
  { requiredKeys: [] },
) as fc.Arbitrary<Attributes>;

function bagOf(attributes: Attributes): ReadonlyMap<string, Value> {
  return new Map(
    Object.entries(attributes).map(([name, value]): [string, Value] => [
      name,
      typeof value === 'object' ? new Map(Object.entries(value)) : value,
    ]),
  );
}

test('property: a compiled expression has the value that its text means', () => {
  fc.assert(
    fc.property(fc.oneof(bools, strings), attributesOf, (expression, attributes) => {
      let compiled: ReturnType<typeof compileExpression>;
      try {
        compiled = compileExpression(expression.text, vocabulary);
      } catch (error) {
        // two literals that both read as durations are durations, and no strings
        assert(error instanceof ExpressionError && /DURATION/.test(error.message), String(error));
        return;
      }
      if (compiled.type === 'DURATION') return;
      const value = compiled.evaluate(bagOf(attributes));
      const expected = strict(expression, attributes);
      assert.equal(value instanceof Failure ? FAILED : value, expected, expression.text);
    }),
    { numRuns: 1_000 },
  );
});

test('property: any text is compiled or refused with a column inside it, and evaluating never throws', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...'()[],.|&=!<>"`\'\\+ \n'.split(''),
      '==',
      '&&',
      '||',
      'source.labels',
      'ip',
      'match',
      '1s',
      '5',
      'true',
    ),
    fc.string({ maxLength: 3 }),
  );
  const texts = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  fc.assert(
    fc.property(texts, (written) => {
      try {
        compileExpression(written, vocabulary).evaluate(new Map());
      } catch (error) {
        assert(error instanceof ExpressionError, `${JSON.stringify(written)}: ${String(error)}`);
        assert(error.offset >= 0 && error.offset <= written.length);
        assert(error.column >= 1);
      }
    }),
    { numRuns: 2_000 },
  );
});
