/** The proxy that the environment names for plain HTTP to a host, as curl reads it: `http_proxy`, `no_proxy`. */
export function proxyFor(host: string, port: number, env: NodeJS.ProcessEnv): string | undefined {
  // Only in small letters: in CGI programs the other spelling is a header of the caller's, and so curl does not read it.
  const proxy = env['http_proxy'];
  if (!proxy || isExcepted(host.toLowerCase(), port, env['no_proxy'] ?? env['NO_PROXY'] ?? '')) return undefined;
  return new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`).origin;
}

function isExcepted(host: string, port: number, exceptions: string): boolean {
  return exceptions
    .split(/[,\s]+/)
    .filter((word) => word !== '')
    .some((word) => {
      if (word === '*') return true;
      const [, name = '', ownPort] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(word.includes('::') ? '' : word) ?? [];
      if (ownPort !== undefined && Number(ownPort) !== port) return false;
      const excepted = (name || word).toLowerCase();
      return host === excepted || host.endsWith(`.${excepted}`);
    });
}
