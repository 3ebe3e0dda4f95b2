import type { Gvr } from '../../resources/object.js';

/** `/apis/apps/v1/namespaces/shop/deployments/cart/status` */
export function resourceUrl(
  { group, version, resource }: Gvr,
  namespace?: string,
  name?: string,
  subresource?: string,
): string {
  const parts = group === '' ? ['api', version] : ['apis', group, version];
  if (namespace !== undefined) parts.push('namespaces', namespace);
  parts.push(resource);
  if (name !== undefined) parts.push(name);
  if (subresource !== undefined) parts.push(subresource);
  return `/${parts.map(encodeURIComponent).join('/')}`;
}

/** `?a=1&b=true`, without what is undefined. */
export function queryString(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
