import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContainerSpec, SandboxSpec } from '../driver.js';
import { HTTP_PROXY_PORT, OUTBOUND_PORT, POD_DNS_PORT } from './ports.js';
import type { PreloadSettings } from './preload/pod-settings.cjs';
import { MARK_VARIABLE } from './reaper.js';

const PRELOAD_FILE = fileURLToPath(new URL('./preload/index.cjs', import.meta.url));

/** What a program needs to work at all on this machine; nothing else of the agent's environment is shown to pods. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'LD_LIBRARY_PATH', 'JAVA_HOME'] as const;

export interface PodPlace {
  readonly spec: SandboxSpec;
  readonly podIP: string;
  readonly appIP: string;
  /** Value of {@link MARK_VARIABLE}. */
  readonly mark: string;
  /** Cluster IPs of services, CIDR. */
  readonly serviceRange: string;
}

/** @param root where the container's own files lie, if it has any */
export function processEnvironment(
  place: PodPlace,
  container: ContainerSpec,
  root: string | undefined,
): Record<string, string> {
  const environment: Record<string, string> = { ...inherited(), HOSTNAME: place.spec.hostname, ...container.env };
  environment['NODE_OPTIONS'] = [`--require ${quoted(PRELOAD_FILE)}`, container.env['NODE_OPTIONS']]
    .filter(Boolean)
    .join(' ');
  environment['TRYSAIL_POD'] = JSON.stringify(preloadSettings(place));
  environment['TRYSAIL_APP_IP'] = place.appIP;
  environment[MARK_VARIABLE] = place.mark;
  if (root !== undefined) environment['TRYSAIL_ROOT'] = root;
  const proxy = `http://${place.podIP}:${HTTP_PROXY_PORT}`;
  // A sidecar's listener takes no CONNECT; the relay of a pod without one does.
  const schemes = place.spec.captured ? ['http'] : ['http', 'https'];
  const proxies = schemes.flatMap((scheme) => [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`]);
  return { ...Object.fromEntries(proxies.map((name) => [name, proxy])), ...environment };
}

function inherited(): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  // The agent's own Node may come from npx and then is on no PATH.
  environment['PATH'] = [environment['PATH'] ?? '/usr/local/bin:/usr/bin:/bin', path.dirname(process.execPath)].join(
    ':',
  );
  return environment;
}

/** Lower-case names of the pod's hosts file, with their addresses. */
export function hostsOf({ spec, podIP }: Pick<PodPlace, 'spec' | 'podIP'>): Record<string, string> {
  return Object.fromEntries([
    ...spec.hostAliases.flatMap(({ ip, hostnames }) => hostnames.map((name) => [name.toLowerCase(), ip])),
    [spec.hostname.toLowerCase(), podIP],
  ]);
}

function preloadSettings(place: PodPlace): PreloadSettings {
  const { spec, podIP, appIP } = place;
  return {
    podIP,
    appIP,
    hostname: spec.hostname,
    hosts: hostsOf(place),
    dns: { port: POD_DNS_PORT, searches: spec.dns.searches, ndots: spec.dns.ndots },
    outboundPort: OUTBOUND_PORT,
    ...(spec.captured ? {} : { capturedRange: place.serviceRange }),
  };
}

/** As NODE_OPTIONS is read: double quotes, with a backslash before one inside. */
function quoted(file: string): string {
  return /[\s"\\]/.test(file) ? `"${file.replace(/[\\"]/g, '\\$&')}"` : file;
}
