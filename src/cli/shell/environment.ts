import { delimiter } from 'node:path';
import type { MeshStatus } from '../launcher.js';

export interface ShellEnvironment {
  readonly status: Pick<MeshStatus, 'name' | 'ingress'>;
  /** Folder of the shims. */
  readonly shims: string;
  readonly kubeconfig: string;
  readonly siegerc: string;
}

/** Hosts that are asked themselves, not the ingress. */
const NO_PROXY = 'localhost,127.0.0.1,::1';

/**
 * The environment in which a tutorial's lines mean this mesh. Plain HTTP to any host goes to the ingress, which routes by the
 * Host header, as a proxy: so that no name has to be written into /etc/hosts.
 */
export function shellEnvironment(
  outer: NodeJS.ProcessEnv,
  { status, shims, kubeconfig, siegerc }: ShellEnvironment,
): NodeJS.ProcessEnv {
  return {
    ...outer,
    PATH: `${shims}${delimiter}${outer['PATH'] ?? ''}`,
    KUBECONFIG: kubeconfig,
    TRYSAIL_NAME: status.name,
    // The mesh runs what was built; every command in the shell would look through the sources again.
    TRYSAIL_NO_PREPARE: '1',
    SIEGERC: siegerc,
    http_proxy: status.ingress,
    no_proxy: [outer['no_proxy'], NO_PROXY].filter(Boolean).join(','),
  };
}
