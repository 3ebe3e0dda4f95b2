import {
  compileExpression,
  ExpressionError,
  extended,
  type ValueType,
  type Vocabulary,
  vocabularyOf,
} from '../../../expr/index.js';
import type { FieldError } from '../../kind.js';

/** An expression in an object. */
export interface ExpressionField {
  /** `spec.dimensions[source]` */
  readonly field: string;
  readonly text: string;
  /** Any type where it is left out. */
  readonly expected?: ValueType;
  /** Names that mean something in this expression alone, such as `$out.source_labels`. */
  readonly more?: ReadonlyMap<string, ValueType>;
}

export interface ExpressionProblem {
  readonly error: FieldError;
  /** Set where nothing else is wrong than that no manifest declares the name. */
  readonly unknownAttribute: string | undefined;
}

/** What is wrong with expressions, each with its field and column. Without a vocabulary: with that of Istio. */
export function expressionProblems(
  fields: readonly ExpressionField[],
  vocabulary: Vocabulary = vocabularyOf(),
): ExpressionProblem[] {
  return fields.flatMap((field) => {
    const problem = problemOf(field, vocabulary);
    return problem === undefined ? [] : [problem];
  });
}

function problemOf({ field, text, expected, more }: ExpressionField, vocabulary: Vocabulary) {
  try {
    compileExpression(text, more === undefined ? vocabulary : extended(vocabulary, more), expected);
    return undefined;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const message = `Invalid value: ${JSON.stringify(text)}: ${error.message}`;
    const { unknownAttribute } = error;
    return { error: { reason: 'FieldValueInvalid', field, message }, unknownAttribute } satisfies ExpressionProblem;
  }
}

/** The expressions of fields that have one each; an empty one stands for none. */
export function expressionsIn<Spec extends object>(
  spec: Spec,
  types: Partial<Record<keyof Spec & string, ValueType>>,
): ExpressionField[] {
  return Object.entries(types).flatMap(([name, expected]) => {
    const text = spec[name as keyof Spec];
    if (typeof text !== 'string' || text === '') return [];
    return [{ field: `spec.${name}`, text, expected: expected as ValueType }];
  });
}

/** The expressions of a map, of any type. */
export function expressionsOfMap(field: string, map: Readonly<Record<string, string>> = {}): ExpressionField[] {
  return Object.entries(map).map(([key, text]) => ({ field: `${field}[${key}]`, text }));
}
