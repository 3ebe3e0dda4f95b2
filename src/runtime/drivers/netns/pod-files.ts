import type { SandboxSpec } from '../driver.js';

/** The files that say who a pod is and whom it asks: path -> content. */
export function podFiles(spec: SandboxSpec, podIP: string): Record<string, string> {
  return {
    '/etc/hostname': `${spec.hostname}\n`,
    '/etc/hosts': hosts(spec, podIP),
    '/etc/resolv.conf': resolvConf(spec.dns),
  };
}

/** As the kubelet writes it. */
function hosts(spec: SandboxSpec, podIP: string): string {
  const lines = [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    `${podIP}\t${spec.hostname}`,
    ...spec.hostAliases.map(({ ip, hostnames }) => `${ip}\t${hostnames.join(' ')}`),
  ];
  return `${lines.join('\n')}\n`;
}

function resolvConf(dns: SandboxSpec['dns']): string {
  const lines = dns.nameservers.map((address) => `nameserver ${address}`);
  if (dns.searches.length > 0) lines.push(`search ${dns.searches.join(' ')}`);
  lines.push(`options ndots:${dns.ndots}`);
  return `${lines.join('\n')}\n`;
}
