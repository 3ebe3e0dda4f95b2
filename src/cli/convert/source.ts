import { unsupportedFieldErrors } from '../../resources/istio/unsupported.js';
import type { KindDefinition } from '../../resources/kind.js';
import type { KubeObject } from '../../resources/object.js';
import { KINDS } from '../../resources/registry.js';
import { CliError } from '../errors.js';
import type { Manifest } from '../manifests/manifest.js';
import { commentsOf } from './comments.js';

/** Stands for a namespace that neither the object nor the command line says, until the end. */
export const UNSAID_NAMESPACE = 'namespace-that-nobody-said';

const RULES: ReadonlySet<string> = new Set(['RouteRule', 'DestinationPolicy', 'EgressRule']);

/** One object of the input. */
export interface Source {
  /** In the version that the mesh stores, with a namespace. */
  readonly object: KubeObject;
  readonly manifest: Manifest;
  /** Lines without `#`. */
  readonly comments: readonly string[];
}

/**
 * @param namespace of what does not say its own
 * @throws CliError with file and line for an object that Istio would have refused, because then nobody knows what it means
 */
export function toSource(manifest: Manifest, namespace: string | undefined): Source {
  const { apiVersion, kind, metadata } = manifest.object;
  const found = definitionOf(apiVersion, kind);
  const named = { ...manifest.object, metadata: { ...metadata } };
  if (found?.definition.namespaced !== false) named.metadata.namespace ??= namespace ?? UNSAID_NAMESPACE;
  const object = found?.version.toStorage?.(named) ?? named;
  if (found && isConverted(object)) check(manifest, found.definition, object);
  return { object, manifest, comments: commentsOf(manifest.document, manifest.path) };
}

/** Whether something is made of objects of the kind, so that what they mean matters. */
function isConverted({ apiVersion, kind }: KubeObject): boolean {
  return kind === 'Ingress' || (apiVersion.startsWith('config.istio.io/') && RULES.has(kind));
}

/** What is not supported here is told later, and is no mistake of the user. */
function check(manifest: Manifest, definition: KindDefinition, object: KubeObject): void {
  const said = { ...object, metadata: { ...object.metadata } };
  definition.defaults?.(said);
  const unsupported = new Set(unsupportedFieldErrors(said).map(({ field }) => field));
  const wrong = definition.validate?.(said).find(({ field }) => !unsupported.has(field));
  if (wrong === undefined) return;
  const { kind, metadata } = manifest.object;
  throw new CliError(
    'INVALID_OBJECT',
    `${manifest.locate(wrong.field)}: ${kind} "${metadata.name}" is invalid: ${wrong.field}: ${wrong.message}`,
    'Correct it first: what it means cannot be told.',
  );
}

function definitionOf(apiVersion: string, kind: string) {
  for (const definition of KINDS) {
    if (definition.kind !== kind) continue;
    const version = definition.versions.find(
      ({ name, group = definition.group }) => apiVersion === (group === '' ? name : `${group}/${name}`),
    );
    if (version) return { definition, version };
  }
  return undefined;
}
