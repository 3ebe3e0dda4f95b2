import type { KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { badRequest } from '../status-error.js';

export type FieldMatcher = (object: KubeObject) => boolean;
type FieldValue = (object: KubeObject) => string;

const COMMON: Readonly<Record<string, FieldValue>> = {
  'metadata.name': (object) => object.metadata.name,
  'metadata.namespace': (object) => object.metadata.namespace ?? '',
};

/** Compiles `metadata.name=x,spec.nodeName!=y` for one kind. Throws BadRequest for a field that the kind cannot be asked by. */
export function parseFieldSelector(text: string, definition: KindDefinition): FieldMatcher {
  const terms = text
    .split(/(?<!\\),/)
    .filter((term) => term !== '')
    .map((term) => parseTerm(term, definition));
  return (object) => terms.every((term) => term(object));
}

function parseTerm(term: string, definition: KindDefinition): FieldMatcher {
  const match = /^([^=!]+)(==|=|!=)(.*)$/s.exec(term);
  if (!match) {
    throw badRequest(
      `invalid field selector: ${JSON.stringify(term)}; can't understand it, use field=value or field!=value`,
    );
  }
  const [, field, operator, escaped] = match;
  const read = COMMON[field!] ?? definition.selectableFields?.[field!];
  if (!read) {
    const known = [...Object.keys(COMMON), ...Object.keys(definition.selectableFields ?? {})].join(', ');
    throw badRequest(`field label not supported: ${field} (supported: ${known})`);
  }
  const value = escaped!.replace(/\\([\\,=])/g, '$1');
  return operator === '!=' ? (object) => read(object) !== value : (object) => read(object) === value;
}
