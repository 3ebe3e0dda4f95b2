import type { FieldError, KindDefinition } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import type { Schema } from '../../schema.js';
import { FieldErrors } from '../checks.js';
import { kindSchema } from '../schemas.js';
import { unsupportedFieldErrors } from '../unsupported.js';
import { CONFIG_GROUP, CONFIG_VERSION } from '../versions.js';
import { type ExpressionField, expressionProblems } from './expressions.js';
import { fromProtoJson, pathAsWritten, writtenTwice } from './proto-json.js';

/** A kind of Mixer's configuration: what the API server needs of it, and how the compiler reads it. */
export interface PolicyKind<Spec> {
  readonly definition: KindDefinition;
  /** The spec in camel case, empty where none was written. */
  readonly specOf: (object: KubeObject) => Spec;
  readonly expressionsOf: (object: KubeObject) => readonly ExpressionField[];
}

export interface PolicyKindOptions<Spec> {
  /** As in `kind:`; Mixer's are in lower case. */
  readonly kind: string;
  readonly plural: string;
  readonly description: string;
  /** Made by `message`. */
  readonly spec: Schema;
  /** What the schema cannot say; paths begin with `spec`. */
  readonly validate?: (errors: FieldErrors, spec: Spec, object: KubeObject) => void;
  readonly expressions?: (spec: Spec) => readonly ExpressionField[];
}

export function policyKind<Spec>(options: PolicyKindOptions<Spec>): PolicyKind<Spec> {
  const { kind, plural, description, spec: schema } = options;
  const specOf = (object: KubeObject) => fromProtoJson(object['spec'] ?? {}, schema) as Spec;
  const expressionsOf = (object: KubeObject) => options.expressions?.(specOf(object)) ?? [];
  return {
    specOf,
    expressionsOf,
    definition: {
      group: CONFIG_GROUP,
      kind,
      plural,
      singular: kind.toLowerCase(),
      namespaced: true,
      versions: [{ name: CONFIG_VERSION, storage: true, schema: kindSchema(description, schema) }],
      subresources: { status: true },
      columns: [],
      validate: (object): FieldError[] => {
        const errors = new FieldErrors();
        for (const field of writtenTwice(object['spec'], schema, 'spec')) {
          errors.forbidden(field, 'the same field is written in camel case too; keep one of them');
        }
        options.validate?.(errors, specOf(object), object);
        const problems = expressionProblems(expressionsOf(object)).filter((one) => one.unknownAttribute === undefined);
        const unsupported = unsupportedFieldErrors({ ...object, spec: specOf(object) });
        const found = [...errors.list, ...problems.map(({ error }) => error), ...unsupported];
        return found.map((error) => ({ ...error, field: pathAsWritten(object, error.field) }));
      },
    },
  };
}
