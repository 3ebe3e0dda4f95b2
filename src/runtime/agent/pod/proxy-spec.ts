import type { PodObject } from '../../../resources/types.js';
import type { Sandbox } from '../../drivers/driver.js';
import type { NodeFacts } from '../agent-parts.js';
import type { LogicalProxySpec } from '../proxy-host.js';
import type { PodPlan } from './pod-plan.js';

/** What a pod's logical proxy starts from: its identity as Istio writes it, and how it meets the pod's network. */
export function proxySpec(pod: PodObject, plan: PodPlan, sandbox: Sandbox, node: NodeFacts): LogicalProxySpec {
  const { metadata, spec } = pod;
  const namespace = metadata.namespace ?? 'default';
  const domain = `${namespace}.svc.${node.clusterDomain}`;
  const labels = metadata.labels ?? {};
  const app = labels['app'] ?? labels['app.kubernetes.io/name'] ?? metadata.name;
  const hostPorts = (plan.proxy?.ports ?? []).filter(({ hostPort }) => hostPort !== undefined);
  return {
    id: metadata.uid ?? '',
    node: {
      id: `${plan.proxyMode}~${sandbox.podIP}~${metadata.name}.${namespace}~${domain}`,
      cluster: `${app}.${namespace}`,
      metadata: {
        NAMESPACE: namespace,
        NAME: metadata.name,
        LABELS: labels,
        POD_PORTS: JSON.stringify(plan.apps.flatMap(({ ports = [] }) => ports)),
        SERVICE_ACCOUNT: spec.serviceAccountName ?? 'default',
        NODE_NAME: node.name,
        CLUSTER_ID: 'Kubernetes',
        INSTANCE_IPS: sandbox.podIP,
        INTERCEPTION_MODE: 'REDIRECT',
        ...sandbox.proxyMetadata,
      },
      locality: { region: node.region, zone: node.zone },
    },
    network: sandbox.proxyNetwork,
    hostPorts: Object.fromEntries(
      hostPorts.map(({ containerPort, hostPort, hostIP }) => [
        containerPort,
        { address: hostIP || node.hostIP, port: hostPort! },
      ]),
    ),
  };
}
