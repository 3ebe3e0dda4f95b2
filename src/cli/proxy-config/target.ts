import { DEPLOYMENTS, PODS } from '../../resources/gvr.js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { DeploymentObject, PodObject } from '../../resources/types.js';
import { CliError } from '../errors.js';
import type { ApiSession } from '../session.js';

const DEPLOYMENT_WORDS: ReadonlySet<string> = new Set(['deployment', 'deployments', 'deploy']);
const POD_WORDS: ReadonlySet<string> = new Set(['pod', 'pods', 'po']);

export interface Target {
  readonly namespace: string;
  readonly name: string;
}

/** `cart-7c9d.shop`, `cart-7c9d` in the command's namespace. */
export function nameAndNamespace(text: string, namespace: string): Target {
  const dot = text.lastIndexOf('.');
  return dot < 0 ? { name: text, namespace } : { name: text.slice(0, dot), namespace: text.slice(dot + 1) };
}

/**
 * The pod that is meant, as istioctl takes it: `POD[.NAMESPACE]`, `pod/POD[.NAMESPACE]`, or a pod of `deployment/NAME[.NAMESPACE]`.
 * @throws CliError
 */
export async function podOf(text: string, session: Pick<ApiSession, 'client' | 'namespace'>): Promise<Target> {
  const slash = text.indexOf('/');
  const type = slash < 0 ? 'pod' : text.slice(0, slash).toLowerCase();
  const target = nameAndNamespace(text.slice(slash + 1), session.namespace);
  if (POD_WORDS.has(type)) return target;
  if (!DEPLOYMENT_WORDS.has(type)) {
    throw new CliError('UNKNOWN_TARGET', `cannot look for ${text}: ${type} has no pods that are known here`, HINT);
  }
  const { client } = session;
  const deployment = await client.get<DeploymentObject>(DEPLOYMENTS, target.name, target.namespace);
  const selector = deployment.spec.selector.matchLabels;
  const { items } = await client.list<PodObject>(PODS, target.namespace);
  const pod = items.find(({ metadata }) => matchesLabels(selector, metadata.labels ?? {}));
  if (pod === undefined) throw new CliError('NO_PODS', `${text} has no pods`);
  return { name: pod.metadata.name, namespace: target.namespace };
}

const HINT = 'POD[.NAMESPACE], or deployment/NAME[.NAMESPACE].';
