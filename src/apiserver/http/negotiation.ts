import { notAcceptable } from '../status-error.js';

/** How an answer is to be written. */
export interface Negotiated {
  readonly form: 'plain' | 'table' | 'partial' | 'partialList';
  /** `meta.k8s.io/v1` of a Table. */
  readonly yaml: boolean;
}

/** One clause of an Accept header. */
export interface MediaType {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Clauses in the client's order, which all Kubernetes clients write by preference. */
export function parseAccept(header: string | undefined): MediaType[] {
  if (!header) return [{ type: '*/*', parameters: {} }];
  return header.split(',').map((clause) => {
    const [type, ...parameters] = clause.split(';').map((part) => part.trim());
    const pairs = parameters.map((parameter) => parameter.split('=', 2));
    return {
      type: type!.toLowerCase(),
      parameters: Object.fromEntries(pairs.map(([key, value = '']) => [key!.toLowerCase(), value])),
    };
  });
}

const YAML = 'application/yaml';
const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*']);
export const RESPONSE_TYPES: readonly string[] = ['application/json', YAML];

/** The first clause that we can serve; kubectl's protobuf and old table versions are passed over. Throws NotAcceptable. */
export function negotiate(header: string | undefined): Negotiated {
  for (const { type, parameters } of parseAccept(header)) {
    const yaml = type === YAML;
    if (!yaml && !JSON_TYPES.has(type)) continue;
    const { as } = parameters;
    if (as === undefined) return { form: 'plain', yaml };
    if (parameters['g'] !== 'meta.k8s.io' || parameters['v'] !== 'v1') continue;
    if (as === 'Table') return { form: 'table', yaml };
    if (as === 'PartialObjectMetadata') return { form: 'partial', yaml };
    if (as === 'PartialObjectMetadataList') return { form: 'partialList', yaml };
  }
  throw notAcceptable(RESPONSE_TYPES);
}

/** The version of aggregated discovery that the client would like best; undefined: the old form. */
export function aggregatedDiscoveryVersion(header: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const { type, parameters } of parseAccept(header)) {
    if (!JSON_TYPES.has(type)) continue;
    if (parameters['as'] !== 'APIGroupDiscoveryList') return undefined;
    const version = parameters['v'];
    if (version === 'v2' || version === 'v2beta1') return version;
  }
  return undefined;
}
