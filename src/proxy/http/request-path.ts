import type { PathOptions } from './manager-options.js';

/** What is to become of a request by its path. */
export type PathVerdict = 'unchanged' | 'changed' | 'invalid' | 'redirect';

/** A path as it is to be used. */
export interface ReadPath {
  readonly verdict: PathVerdict;
  readonly path: string;
}

const INVALID: ReadPath = { verdict: 'invalid', path: '' };
const ESCAPED_SLASH = /%(?:2f|5c)/i;

/** Applies `path_with_escaped_slashes_action`, `normalize_path` and `merge_slashes`, in Envoy's order. */
export function readPath(path: string, options: PathOptions): ReadPath {
  const query = path.indexOf('?');
  const original = query === -1 ? path : path.slice(0, query);
  let name = original;
  let redirect = false;
  if (options.escapedSlashes !== 'keep' && ESCAPED_SLASH.test(name)) {
    if (options.escapedSlashes === 'reject') return INVALID;
    name = name.replaceAll(/%2f/gi, '/').replaceAll(/%5c/gi, '\\');
    redirect = options.escapedSlashes === 'redirect';
  }
  if (options.normalize) {
    const normal = normalize(name);
    if (normal === undefined) return INVALID;
    name = normal;
  }
  if (options.mergeSlashes) name = name.replaceAll(/\/{2,}/g, '/');
  if (name === original) return { verdict: 'unchanged', path };
  return { verdict: redirect ? 'redirect' : 'changed', path: query === -1 ? name : name + path.slice(query) };
}

/** RFC 3986 §6: dots removed, unreserved characters not escaped, `\` as `/`. @returns undefined for a path that is not one */
function normalize(path: string): string | undefined {
  if (!path.startsWith('/') || /%00/.test(path)) return undefined;
  const unescaped = path.replaceAll('\\', '/').replaceAll(/%([\da-f]{2})/gi, (escaped, hex: string) => {
    const char = String.fromCharCode(Number.parseInt(hex, 16));
    return /[\w.~-]/.test(char) ? char : escaped;
  });
  const out: string[] = [];
  const segments = unescaped.slice(1).split('/');
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '..') out.pop();
    else if (segment !== '.') out.push(segment);
    if (last && (segment === '.' || segment === '..')) out.push('');
  });
  return `/${out.join('/')}`;
}
