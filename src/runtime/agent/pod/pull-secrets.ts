import type { SecretObject } from '../../../resources/types.js';
import {
  type Credential,
  credentialIn,
  type DockerConfig,
  type FindCredential,
  fileCredentials,
} from '../../images/remote/credentials.js';
import type { PodContext } from './pod-context.js';

const DOCKER_CONFIG_KEY = '.dockerconfigjson';
/** The older form: the content of `auths` alone. */
const DOCKER_CFG_KEY = '.dockercfg';

/**
 * The credentials for a container's image: of the pod's `imagePullSecrets`, else of its service account's, and after them those of
 * the user who runs the mesh.
 */
export function pullSecrets(context: PodContext, container: string): FindCredential {
  return async (repository) => {
    const pod = context.pod();
    const namespace = pod.metadata.namespace ?? 'default';
    const missing: string[] = [];
    let found: Credential | undefined;
    for (const name of await secretNames(context, namespace)) {
      const secret = await context.parts.reader.secret(namespace, name);
      if (!secret) missing.push(name);
      found ??= secret && credentialIn(configOf(secret), repository);
    }
    if (missing.length > 0) {
      const which = `Unable to retrieve some image pull secrets (${missing.join(', ')})`;
      const message = `${which}; attempting to pull the image may not succeed.`;
      context.event(container, 'Warning', 'FailedToRetrieveImagePullSecret', message);
    }
    return found ?? fileCredentials(process.env)(repository);
  };
}

/** A pod that names none has its service account's, as the admission of Kubernetes gives them to it. */
async function secretNames({ pod, parts }: PodContext, namespace: string): Promise<string[]> {
  const { imagePullSecrets: own = [], serviceAccountName = 'default' } = pod().spec;
  const account = own.length > 0 ? undefined : await parts.reader.serviceAccount(namespace, serviceAccountName);
  const references = own.length > 0 ? own : ((account?.['imagePullSecrets'] ?? []) as readonly { name?: string }[]);
  return references.flatMap(({ name }) => (name ? [name] : []));
}

function configOf({ data = {} }: SecretObject): DockerConfig {
  try {
    const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString();
    if (data[DOCKER_CONFIG_KEY] !== undefined) return JSON.parse(text(DOCKER_CONFIG_KEY)) as DockerConfig;
    if (data[DOCKER_CFG_KEY] !== undefined)
      return { auths: (JSON.parse(text(DOCKER_CFG_KEY)) as DockerConfig['auths']) ?? {} };
  } catch {
    // A secret of another kind, or with a broken text, has no credential.
  }
  return {};
}
