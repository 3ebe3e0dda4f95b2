import type { Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../../../base/clock.js';
import type { AccountToken, TokenClient } from '../../../client/client.js';
import type { PodObject } from '../../../resources/types.js';
import type { AgentParts } from '../agent-parts.js';
import { planPod } from './pod-plan.js';

const TOKEN_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
export const TOKEN_VOLUME = 'kube-api-access';
/** Folder with `token`, `ca.crt` and `namespace`. */
const ACCOUNT_VARIABLE = 'TRYSAIL_SERVICE_ACCOUNT';
/** Published to every namespace on a cluster; here the agent knows it. */
export const ROOT_CA = 'kube-root-ca.crt';
const DEFAULT_ACCOUNT = 'default';
/** Kubelet's: an hour and what is needed to replace it in time. */
const EXPIRATION_S = 3607;
/** A token is replaced when this part of its life is over. */
const FRESH_PART = 0.8;

/** The tokens of one pod's service account, kept until they grow old. */
export class AccountTokens {
  private readonly kept = new Map<string, { readonly token: string; readonly renew_ms: number }>();

  constructor(
    private readonly client: TokenClient,
    private readonly clock: Clock,
    private readonly pod: PodObject,
  ) {}

  async token(audience: string | undefined, expiration_s = EXPIRATION_S): Promise<string> {
    const key = `${audience ?? ''} ${expiration_s}`;
    const now_ms = this.clock.now();
    const kept = this.kept.get(key);
    if (kept && now_ms < kept.renew_ms) return kept.token;
    const { metadata, spec } = this.pod;
    const made: AccountToken = await this.client.createToken(
      spec.serviceAccountName || DEFAULT_ACCOUNT,
      metadata.namespace ?? 'default',
      { expirationSeconds: expiration_s, ...(audience ? { audiences: [audience] } : {}) },
    );
    const life_ms = Date.parse(made.expirationTimestamp) - now_ms;
    this.kept.set(key, { token: made.token, renew_ms: now_ms + life_ms * FRESH_PART });
    return made.token;
  }

  /** When the first of them grows old; undefined where there is none. */
  get renew_ms(): number | undefined {
    const times = [...this.kept.values()].map(({ renew_ms }) => renew_ms);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

/** What Kubernetes adds to a pod so that its programs can call the API: token, CA and namespace as files. */
export function accountVolume(): Volume {
  return {
    name: TOKEN_VOLUME,
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token', expirationSeconds: EXPIRATION_S } },
        { configMap: { name: ROOT_CA, items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  };
}

/** Whether the pod gets {@link accountVolume}: the pod decides, then its account. A pod of nothing but a proxy calls nobody. */
export async function mountsAccount({ driver, reader, events }: AgentParts, pod: PodObject): Promise<boolean> {
  const { spec, metadata } = pod;
  if (spec.automountServiceAccountToken === false || planPod(pod).apps.length === 0) return false;
  const name = spec.serviceAccountName || DEFAULT_ACCOUNT;
  const account = await reader.serviceAccount(metadata.namespace ?? 'default', name);
  // That one is about to be made, with its namespace; one of another name may never be.
  if (!account && name !== DEFAULT_ACCOUNT) {
    const message = `serviceaccount "${name}" not found: the pod runs without its token`;
    events.record(pod, 'Warning', 'MissingServiceAccount', message);
    return false;
  }
  const mounts = spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
  const isWanted = name !== DEFAULT_ACCOUNT || spec.automountServiceAccountToken;
  if (mounts && isWanted && !showsPaths(driver)) {
    const message = `The token of service account "${name}" is in the folder that ${ACCOUNT_VARIABLE} names, not in ${TOKEN_FOLDER}`;
    events.record(
      pod,
      'Warning',
      'TokenElsewhere',
      `${message}: with the process driver absolute paths are the machine's`,
    );
  }
  return mounts;
}

/** With the process driver a program's absolute paths mean the machine's files: it would not find what clients look for. */
function showsPaths({ name }: Pick<AgentParts['driver'], 'name'>): boolean {
  return name !== 'process';
}

/** What tells a container's program where its token is, when no mount can. */
export function accountVariables(
  driver: Pick<AgentParts['driver'], 'name'>,
  volumes: ReadonlyMap<string, string>,
): Record<string, string> {
  const folder = volumes.get(TOKEN_VOLUME);
  return folder === undefined || showsPaths(driver) ? {} : { [ACCOUNT_VARIABLE]: folder };
}

/** Where {@link accountVolume} is seen in a container, unless the manifest mounts something there itself. */
export function accountMount(mounts: readonly VolumeMount[]): VolumeMount[] {
  if (mounts.some(({ mountPath }) => mountPath === TOKEN_FOLDER)) return [];
  return [{ name: TOKEN_VOLUME, mountPath: TOKEN_FOLDER, readOnly: true }];
}
