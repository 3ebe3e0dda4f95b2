import type { PodObject } from '../../../resources/types.js';
import type { SandboxSpec } from '../../drivers/driver.js';
import type { NodeFacts } from '../agent-parts.js';
import type { PodPlan } from './pod-plan.js';

const HOSTNAME_MAX = 63;
const NDOTS_DEFAULT = 5;

export function sandboxSpec(pod: PodObject, plan: PodPlan, node: NodeFacts): SandboxSpec {
  const { metadata, spec } = pod;
  const namespace = metadata.namespace ?? 'default';
  const name = spec.hostname || metadata.name.slice(0, HOSTNAME_MAX).replace(/[-.]+$/, '');
  const domain = spec.subdomain ? `${spec.subdomain}.${namespace}.svc.${node.clusterDomain}` : undefined;
  return {
    uid: metadata.uid ?? '',
    namespace,
    name: metadata.name,
    hostname: domain && spec.setHostnameAsFQDN ? `${name}.${domain}` : name,
    ...(domain && { domain }),
    hostAliases: (spec.hostAliases ?? []).flatMap(({ ip, hostnames = [] }) => (ip ? [{ ip, hostnames }] : [])),
    captured: plan.proxy !== undefined && plan.proxyMode === 'sidecar',
    ports: spec.containers.flatMap(({ ports = [] }) => ports.map(({ containerPort }) => containerPort)),
    dns: dnsOf(pod, namespace, node),
  };
}

function dnsOf({ spec }: PodObject, namespace: string, node: NodeFacts): SandboxSpec['dns'] {
  const { nameservers = [], searches = [], options = [] } = spec.dnsConfig ?? {};
  const ndots = Number(options.find(({ name }) => name === 'ndots')?.value ?? NDOTS_DEFAULT);
  const more = options
    .filter(({ name }) => name !== undefined && name !== 'ndots')
    .map(({ name, value }) => (value === undefined ? name! : `${name}:${value}`));
  const shared = { ndots, ...(more.length > 0 && { options: more }) };
  if (spec.dnsPolicy === 'None') return { nameservers, searches, ...shared };
  // The mesh's server knows what the host's know, and they may not be reached from here.
  if (spec.dnsPolicy === 'Default') return { nameservers: [node.dnsServer, ...nameservers], searches, ...shared };
  const domain = node.clusterDomain;
  return {
    nameservers: [node.dnsServer, ...nameservers],
    searches: [`${namespace}.svc.${domain}`, `svc.${domain}`, domain, ...searches],
    ...shared,
  };
}
