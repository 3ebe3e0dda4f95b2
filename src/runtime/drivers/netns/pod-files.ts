import type { SandboxSpec } from '../driver.js';

/** The kernel takes 64 bytes; the kubelet keeps to a DNS label, unless the whole name is wanted. */
const HOSTNAME_CHARACTERS_MAX = 63;
const FULL_NAME_CHARACTERS_MAX = 64;

/** The pod's host name, cut as the kubelet cuts it. */
export function hostnameOf(spec: SandboxSpec): string {
  const most = isFullName(spec) ? FULL_NAME_CHARACTERS_MAX : HOSTNAME_CHARACTERS_MAX;
  return spec.hostname.slice(0, most).replace(/[-.]+$/, '');
}

/** The files that say who a pod is and whom it asks: path -> content. */
export function podFiles(spec: SandboxSpec, podIP: string): Record<string, string> {
  return {
    '/etc/hostname': `${hostnameOf(spec)}\n`,
    '/etc/hosts': hosts(spec, podIP),
    '/etc/resolv.conf': resolvConf(spec.dns),
  };
}

/** As the kubelet writes it. */
function hosts(spec: SandboxSpec, podIP: string): string {
  const lines = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    `${podIP}\t${ownNames(spec).join('\t')}`,
    ...spec.hostAliases.map(({ ip, hostnames }) => `${ip}\t${hostnames.join(' ')}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The complete name comes first, as `hostname -f` shows it. */
function ownNames(spec: SandboxSpec): string[] {
  const name = hostnameOf(spec);
  if (spec.domain === undefined) return [name];
  return isFullName(spec) ? [name, name.slice(0, name.indexOf('.'))] : [`${name}.${spec.domain}`, name];
}

function isFullName({ hostname, domain }: SandboxSpec): boolean {
  return domain !== undefined && hostname.endsWith(`.${domain}`);
}

function resolvConf(dns: SandboxSpec['dns']): string {
  const lines = dns.nameservers.map((address) => `nameserver ${address}`);
  if (dns.searches.length > 0) lines.push(`search ${dns.searches.join(' ')}`);
  lines.push(`options ${[`ndots:${dns.ndots}`, ...(dns.options ?? [])].join(' ')}`);
  return `${lines.join('\n')}\n`;
}
