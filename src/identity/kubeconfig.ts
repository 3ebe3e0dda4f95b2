import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';
import { writePrivateFile } from './private-files.js';

/** The name of context, cluster and user. */
export const KUBECONFIG_NAME = 'trysail';

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  /** PEM. */
  readonly caCert: string;
  readonly token: string;
  /** Of commands that do not say one; absent: `default`. */
  readonly namespace?: string;
}

/** A kubeconfig file's text, for kubectl and every other client of the API. */
export function kubeconfig({ server, caCert, token, namespace }: KubeconfigOptions): string {
  const name = KUBECONFIG_NAME;
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(caCert).toString('base64') } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, ...(namespace && { namespace }) } }],
  });
}

/**
 * Writes it so that only this user can read it: it holds the token. A namespace that the user set in the file before
 * (`kubectl config set-context --current --namespace=…`) stays.
 */
export function writeKubeconfig(path: string, options: KubeconfigOptions): void {
  const namespace = options.namespace ?? namespaceIn(path);
  writePrivateFile(path, kubeconfig({ ...options, ...(namespace !== undefined && { namespace }) }));
}

function namespaceIn(path: string): string | undefined {
  let config: { contexts?: { name?: string; context?: { namespace?: unknown } }[] } | null;
  try {
    config = parse(readFileSync(path, 'utf8')) as typeof config;
  } catch {
    return undefined;
  }
  const contexts = Array.isArray(config?.contexts) ? config.contexts : [];
  const namespace = contexts.find((context) => context?.name === KUBECONFIG_NAME)?.context?.namespace;
  return typeof namespace === 'string' ? namespace : undefined;
}
