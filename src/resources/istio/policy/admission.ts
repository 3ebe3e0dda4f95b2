import { vocabularyOf } from '../../../expr/index.js';
import type { FieldError, KindDefinition } from '../../kind.js';
import type { KubeObject } from '../../object.js';
import { attributeManifest, manifestAttributes } from './attributemanifest.js';
import { expressionProblems } from './expressions.js';
import { POLICY_KINDS } from './index.js';
import { pathAsWritten } from './proto-json.js';

const KINDS = new Map(POLICY_KINDS.map((kind) => [kind.definition, kind]));

/** The part that this needs of a write on its way to the API server's store. */
interface Write {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly definition: KindDefinition;
  readonly object: KubeObject;
}

/** Expressions of Mixer's kinds may name Istio's attributes and those of the attributemanifests that are stored. */
export class PolicyExpressions {
  constructor(private readonly manifests: () => readonly KubeObject[]) {}

  validate({ operation, definition, object }: Write): FieldError[] {
    if (operation === 'DELETE' || definition === attributeManifest.definition) return [];
    const fields = KINDS.get(definition)?.expressionsOf(object) ?? [];
    // everything else that is wrong with them, validation of the kind has said already
    const unknown = expressionProblems(fields).filter(({ unknownAttribute }) => unknownAttribute !== undefined);
    if (unknown.length === 0) return [];
    const vocabulary = vocabularyOf(manifestAttributes(this.manifests()));
    return expressionProblems(fields, vocabulary).map(({ error }) => ({
      ...error,
      field: pathAsWritten(object, error.field),
    }));
  }
}
