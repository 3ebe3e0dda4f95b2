import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ContainerSpec, SandboxSpec } from '../driver.js';
import type { PreloadSettings } from './preload/pod-settings.cjs';
import { MARK_VARIABLE } from './reaper.js';

/** Listeners of the sidecar on the pod's address, as the compiler makes them for INTERCEPTION_MODE NONE. */
export const OUTBOUND_PORT = 15001;
export const HTTP_PROXY_PORT = 15080;
/** As Istio's agent: 53 needs privileges, and programs reach this one through the preload alone. */
export const POD_DNS_PORT = 15053;

const PRELOAD_FILE = fileURLToPath(new URL('./preload/index.cjs', import.meta.url));

/** What a program needs to work at all on this machine; nothing else of the agent's environment is shown to pods. */
const INHERITED = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'LD_LIBRARY_PATH', 'JAVA_HOME'] as const;

export interface PodPlace {
  readonly spec: SandboxSpec;
  readonly podIP: string;
  readonly appIP: string;
  /** Value of {@link MARK_VARIABLE}. */
  readonly mark: string;
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
  if (!place.spec.captured) return environment;
  const proxy = `http://${place.podIP}:${HTTP_PROXY_PORT}`;
  return { http_proxy: proxy, HTTP_PROXY: proxy, ...environment };
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

function preloadSettings({ spec, podIP, appIP }: PodPlace): PreloadSettings {
  return {
    podIP,
    appIP,
    hostname: spec.hostname,
    hosts: Object.fromEntries([
      ...spec.hostAliases.flatMap(({ ip, hostnames }) => hostnames.map((name) => [name.toLowerCase(), ip])),
      [spec.hostname.toLowerCase(), podIP],
    ]),
    dns: { port: POD_DNS_PORT, searches: spec.dns.searches, ndots: spec.dns.ndots },
    ...(spec.captured ? { outboundPort: OUTBOUND_PORT } : {}),
  };
}

/** As NODE_OPTIONS is read: double quotes, with a backslash before one inside. */
function quoted(file: string): string {
  return /[\s"\\]/.test(file) ? `"${file.replace(/[\\"]/g, '\\$&')}"` : file;
}
