import { boolean, duration, string } from '../../schemas.js';
import { policyKind } from '../policy-kind.js';
import { message } from '../proto-json.js';

export const noop = policyKind<object>({
  kind: 'noop',
  plural: 'noops',
  description: 'noop (Istio 0.7): allows everything and does nothing',
  spec: message({}),
});

export interface KubernetesEnvSpec {
  cacheRefreshDuration?: string;
}

export const kubernetesEnv = policyKind<KubernetesEnvSpec>({
  kind: 'kubernetesenv',
  plural: 'kubernetesenvs',
  description: 'kubernetesenv (Istio 0.7): knows the pods that requests are from and for',
  spec: message({
    kubeconfigPath: string,
    cacheRefreshDuration: duration,
    clusterDomainName: string,
    podLabelForService: string,
    podLabelForIstioComponentService: string,
    lookupIngressSourceAndOriginValues: boolean,
    fullyQualifiedIstioIngressServiceName: string,
  }),
  validate: (errors, { cacheRefreshDuration }) => {
    errors.duration('spec.cacheRefreshDuration', cacheRefreshDuration);
  },
});
