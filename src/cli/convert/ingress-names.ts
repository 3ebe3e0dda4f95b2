import { hostCovers } from '../../compiler/hostname.js';
import type { ObjectRef } from '../../compiler/index.js';
import { nameOfIngressSecret } from '../../compiler/model/gateway-secrets.js';
import { originsOf } from '../../compiler/origin.js';
import type { Gateway, Server } from '../../resources/istio/gateway/types.js';
import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { KubeObject } from '../../resources/object.js';

/**
 * Names for what was made of Ingresses, where the mesh itself gathers all of them in one Gateway of its own: the Gateway and the
 * VirtualServices are named after the Ingress, stand in its namespace, and the Gateway names the hosts.
 */
export function withIngressNames(objects: readonly KubeObject[]): KubeObject[] {
  const taken = new Set(objects.filter((object) => !isOfIngress(object)).map(keyOf));
  const gateways = objects.filter(isOfIngress).filter(isGateway);
  const renamed = new Map(gateways.map((gateway) => [keyOf(gateway), gatewayMetadata(gateway, taken)]));
  const services = objects.filter(isOfIngress).filter(isVirtualService);
  return objects.map((object) => {
    if (!isOfIngress(object)) return object;
    if (isGateway(object)) return renameGateway(object, renamed.get(keyOf(object))!, services);
    return isVirtualService(object) ? renameService(object, renamed, taken) : object;
  });
}

interface NameAndNamespace {
  readonly name: string;
  readonly namespace: string;
}

function gatewayMetadata(gateway: Gateway, taken: Set<string>): NameAndNamespace {
  const { name, namespace } = originsOf(gateway)[0]!;
  return { name: free(`${name}-gateway`, 'Gateway', namespace, taken), namespace };
}

function renameGateway(gateway: Gateway, to: NameAndNamespace, services: readonly VirtualService[]): Gateway {
  const using = services.filter(({ spec }) => spec.gateways?.includes(referenceTo(gateway)));
  const hosts = using.flatMap(({ metadata, spec }) =>
    (spec.hosts ?? []).map((host) => ({ namespace: metadata.namespace ?? '', host })),
  );
  const widest = hosts.filter(
    (one) => !hosts.some((other) => isWider(other, one) && other.namespace === one.namespace),
  );
  const names = widest.map(({ namespace, host }) => (namespace === to.namespace ? host : `${namespace}/${host}`));
  const servers = gateway.spec.servers.map((server) => {
    const plain = { ...server, hosts: server.hosts.map((host) => host.replace(/^\*\/(?!\*)/, '')) };
    return withSecretName(
      plain.hosts.every((host) => host === '*/*') ? { ...plain, hosts: [...new Set(names)] } : plain,
    );
  });
  return { ...gateway, metadata: { ...gateway.metadata, ...to }, spec: { ...gateway.spec, servers } };
}

/** A Gateway's Secret is in the namespace of the gateway's pods, an Ingress' in its own: the name is what a person writes. */
function withSecretName(server: Server): Server {
  const credentialName = nameOfIngressSecret(server.tls?.credentialName ?? '');
  return credentialName ? { ...server, tls: { ...server.tls, credentialName } } : server;
}

function isWider(other: { host: string }, one: { host: string }): boolean {
  return other.host !== one.host && hostCovers(other.host, one.host);
}

function renameService(
  service: VirtualService,
  gateways: ReadonlyMap<string, NameAndNamespace>,
  taken: Set<string>,
): VirtualService {
  const { name: ingress, namespace } = originsOf(service)[0]!;
  const name = free(ingress, 'VirtualService', namespace, taken);
  const refer = (reference: string): string => {
    const to = gateways.get(`Gateway/${reference}`);
    if (to === undefined) return reference;
    return to.namespace === namespace ? to.name : `${to.namespace}/${to.name}`;
  };
  return {
    ...service,
    metadata: { ...service.metadata, name, namespace },
    spec: { ...service.spec, gateways: (service.spec.gateways ?? []).map(refer) },
  };
}

/** The name, or with `-ingress` and then a number where another object of the kind has it. */
function free(name: string, kind: string, namespace: string, taken: Set<string>): string {
  const candidates = [name, `${name}-ingress`];
  for (let number = 2; ; number++) {
    const found = candidates.find((candidate) => !taken.has(`${kind}/${namespace}/${candidate}`));
    if (found !== undefined) {
      taken.add(`${kind}/${namespace}/${found}`);
      return found;
    }
    candidates.splice(0, 2, `${name}-ingress-${number}`);
  }
}

function isOfIngress(object: KubeObject): boolean {
  return originsOf(object).some((origin: ObjectRef) => origin.kind === 'Ingress');
}

function isGateway(object: KubeObject): object is Gateway {
  return object.kind === 'Gateway';
}

function isVirtualService(object: KubeObject): object is VirtualService {
  return object.kind === 'VirtualService';
}

function referenceTo({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function keyOf(object: KubeObject): string {
  return `${object.kind}/${referenceTo(object)}`;
}
