import type { Client } from '../client/client.js';
import type { CliDependencies } from './dependencies.js';
import { CliError } from './errors.js';
import type { ServedKind } from './kinds.js';
import { readKubeconfig } from './kubeconfig.js';
import { kubeconfigPath, meshName, stateFolder } from './state-paths.js';

/** Options of every command that talks to an API server. */
export interface ApiOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** A connection to the API server that a command means, and the namespace for what does not say its own. */
export interface ApiSession {
  readonly client: Client;
  /** For an object or a name that is written without one. */
  readonly namespace: string;
  /**
   * The namespace for an object of this kind: its own, the option's or the context's.
   * @throws CliError when the option says another than the object
   */
  namespaceFor(kind: ServedKind, own?: string): string | undefined;
}

export async function openSession(options: ApiOptions, { env, connect }: CliDependencies): Promise<ApiSession> {
  const path = options.kubeconfig ?? (env['KUBECONFIG'] || kubeconfigPath(stateFolder(meshName(undefined, env), env)));
  const context = readKubeconfig(path, options.context);
  const namespace = options.namespace ?? context.namespace;
  return {
    client: await connect(context.endpoint),
    namespace,
    namespaceFor: ({ definition }, own) => {
      if (!definition.namespaced) return undefined;
      if (own && options.namespace && own !== options.namespace) throw otherNamespace(own, options.namespace);
      return own || namespace;
    },
  };
}

function otherNamespace(own: string, given: string): CliError {
  return new CliError(
    'OTHER_NAMESPACE',
    `the namespace from the provided object "${own}" does not match the namespace "${given}"`,
    `You must pass '--namespace=${own}' to perform this operation.`,
  );
}
