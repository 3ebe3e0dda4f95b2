import type { JsonValue } from '@bufbuild/protobuf';
import { parseDocument } from 'yaml';

/**
 * YAML, or JSON, which is YAML too, as the JSON form of a message. What the parser would only warn of is refused: a tag that nobody
 * knows is a mistake here.
 * @throws Error that tells the line
 */
export function readYaml(text: string): JsonValue {
  const document = parseDocument(text, { merge: true, stringKeys: true });
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) throw problem;
  return (document.toJS() ?? {}) as JsonValue;
}
