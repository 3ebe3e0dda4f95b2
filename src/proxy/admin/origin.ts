const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * A page in somebody's browser must not reach the admin interface: neither by a name that it points to this address, nor with the
 * browser's own request from elsewhere.
 * @param hosts names, besides loopback's, under which requests may come
 * @returns why the request is refused; undefined when it is not
 */
export function refusal(
  { host = '', origin }: { readonly host?: string | undefined; readonly origin?: string | undefined },
  hosts: ReadonlySet<string>,
): string | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (!LOOPBACK.test(name) && !hosts.has(name)) return `host ${JSON.stringify(host)} is not one of this server's`;
  if (origin !== undefined && origin !== `http://${host}`) return `requests from ${JSON.stringify(origin)} are refused`;
  return undefined;
}
