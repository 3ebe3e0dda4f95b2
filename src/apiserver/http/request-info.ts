import { noSuchPath } from '../status-error.js';

/** What a URL of the Kubernetes API names. */
export interface RequestInfo {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** Absent: all namespaces, or a cluster-wide kind. */
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** Subresources of a namespace itself; any other word behind its name is a resource within it. */
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);

/**
 * `/api/v1/namespaces/shop/pods/cart/log` and the like, as segments without the leading slash, decoded.
 * Throws NotFound for what is no resource's URL.
 */
export function parseResourcePath(segments: readonly string[]): RequestInfo {
  const core = segments[0] === 'api';
  const [group, version] = core ? ['', segments[1]] : [segments[1], segments[2]];
  const rest = segments.slice(core ? 2 : 3);
  if (group === undefined || version === undefined || rest.length === 0) throw noSuchPath();
  const [first, namespace, second] = rest;
  const inNamespace = first === 'namespaces' && second !== undefined && !NAMESPACE_SUBRESOURCES.has(second);
  const parts = inNamespace ? rest.slice(2) : rest;
  if (parts.length > 3 || parts.includes('')) throw noSuchPath();
  const [resource, name, subresource] = parts;
  return {
    group,
    version,
    resource: resource!,
    ...(inNamespace && namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(subresource !== undefined && { subresource }),
  };
}

/** The path's segments, decoded. Throws NotFound for broken escapes. */
export function segmentsOf(pathname: string): string[] {
  try {
    return pathname
      .replace(/^\/|\/$/g, '')
      .split('/')
      .map(decodeURIComponent);
  } catch {
    throw noSuchPath();
  }
}
