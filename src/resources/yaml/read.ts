import { type Document, type LineCounter, parseAllDocuments } from 'yaml';
import { ResourceError } from '../errors.js';
import { tooDeepAtLine } from './depth.js';
import { kubernetesScalars } from './scalars.js';

/** Aliases that may be resolved in one document: more is a "billion laughs". */
const ALIASES_MAX = 100;

/**
 * The documents of a stream of YAML or JSON, read as kubectl reads manifests. What is wrong within one is in its `errors`.
 * @param lineCounter learns where lines begin
 * @throws ResourceError YAML_TOO_DEEP
 */
export function readYamlDocuments(text: string, lineCounter?: LineCounter): Document[] {
  const line = tooDeepAtLine(text);
  if (line !== undefined) {
    throw new ResourceError('YAML_TOO_DEEP', `line ${line}: nested too deeply for a manifest`);
  }
  const options = { merge: true, customTags: kubernetesScalars, ...(lineCounter && { lineCounter }) };
  const documents = parseAllDocuments(text, options);
  return Array.isArray(documents) ? documents : [];
}

/**
 * The one value of a text of YAML; undefined where it is empty.
 * @throws ResourceError INVALID_YAML, YAML_TOO_DEEP
 */
export function readYaml(text: string): unknown {
  const [document, ...more] = readYamlDocuments(text);
  if (!document) return undefined;
  if (more.length > 0) throw new ResourceError('INVALID_YAML', 'one document is expected, there are several');
  return documentValue(document);
}

/** @throws ResourceError INVALID_YAML */
export function documentValue(document: Document): unknown {
  const [problem] = document.errors;
  // The library's message goes on with an excerpt, which a one-line message cannot show.
  if (problem) throw new ResourceError('INVALID_YAML', problem.message.split('\n')[0]!.replace(/:$/, ''));
  return document.toJS({ maxAliasCount: ALIASES_MAX });
}
