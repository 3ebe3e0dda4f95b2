import { stringify } from 'yaml';
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

/** Writes it so that only this user can read it: it holds the token. */
export function writeKubeconfig(path: string, options: KubeconfigOptions): void {
  writePrivateFile(path, kubeconfig(options));
}
