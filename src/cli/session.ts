import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { Client, PathClient } from '../client/client.js';
import type { CliDependencies } from './dependencies.js';
import { CliError } from './errors.js';
import type { ServedKind } from './kinds.js';
import { kubeconfigPath, meshName, stateFolder } from './state-paths.js';

/** Options of every command that talks to an API server. */
export interface ApiOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
}

/** A connection to the API server that a command means, and the namespace for what does not say its own. */
export interface ApiSession {
  readonly client: Client & PathClient;
  /** For an object or a name that is written without one. */
  readonly namespace: string;
  /**
   * The namespace for an object of this kind: its own, the option's or the context's.
   * @throws CliError when the option says another than the object
   */
  namespaceFor(kind: ServedKind, own?: string): string | undefined;
}

export async function openSession(options: ApiOptions, { env, connect }: CliDependencies): Promise<ApiSession> {
  const { loadKubeconfig } = await import('../client/kubeconfig.js');
  const connection = loadKubeconfig(findKubeconfig(options, env), options.context);
  const namespace = options.namespace ?? connection.namespace;
  return {
    client: await connect(connection),
    namespace,
    namespaceFor: ({ definition }, own) => {
      if (!definition.namespaced) return undefined;
      if (own && options.namespace && own !== options.namespace) throw otherNamespace(own, options.namespace);
      return own || namespace;
    },
  };
}

/** KUBECONFIG may list several files, as PATH does; the first that exists counts. */
function findKubeconfig(options: ApiOptions, env: NodeJS.ProcessEnv): string {
  const ofMesh = kubeconfigPath(stateFolder(meshName(undefined, env), env));
  const candidates = (options.kubeconfig ?? (env['KUBECONFIG'] || ofMesh)).split(delimiter);
  const found = candidates.find((path) => existsSync(path));
  if (found !== undefined) return found;
  const hint = 'Start a mesh with `trysail up`, or set KUBECONFIG.';
  throw new CliError('NO_KUBECONFIG', `no kubeconfig at ${candidates.join(', ')}`, hint);
}

function otherNamespace(own: string, given: string): CliError {
  return new CliError(
    'OTHER_NAMESPACE',
    `the namespace from the provided object "${own}" does not match the namespace "${given}"`,
    `You must pass '--namespace=${own}' to perform this operation.`,
  );
}
