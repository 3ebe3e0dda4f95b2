import type { ServicePort, ServiceSpec } from 'kubernetes-types/core/v1.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import type { Subject } from '../subject.js';
import { isOfSystem } from '../system.js';

/** Names of protocols by which Istio knows what a port carries. */
const PROTOCOLS: ReadonlySet<string> = new Set([
  ...['http', 'http2', 'http_proxy', 'grpc', 'grpc-web', 'https', 'tls', 'tcp', 'udp'],
  ...['mongo', 'mysql', 'redis', 'hbone', 'double-hbone'],
]);
/** What Kubernetes itself gives to appProtocol. */
const KUBERNETES_PROTOCOLS: ReadonlySet<string> = new Set([
  'kubernetes.io/h2c',
  'kubernetes.io/ws',
  'kubernetes.io/wss',
]);

export const servicePorts: Analyzer = {
  name: 'service.PortNameAnalyzer',
  description: 'Checks that the names of service ports say their protocols',
  types: [IST.PortNameIsNotUnderNamingConvention, IST.ExternalNameServiceTypeInvalidPortName],
  inputs: ['Service'],
  analyze(world, report) {
    for (const subject of world.all('Service')) {
      if (isOfSystem(subject) || isOfMesh(subject)) continue;
      const spec = (subject.object['spec'] ?? {}) as ServiceSpec;
      const external = spec.type === 'ExternalName';
      for (const [i, port] of (spec.ports ?? []).entries()) {
        if (saysProtocol(port) && !(external && port.name === 'tcp')) continue;
        const field = `spec.ports[${i}]`;
        if (external) {
          const text =
            'Port name for ExternalName service is invalid. Proxy may prevent tcp named ports and unmatched traffic for ports serving TCP protocol from being forwarded correctly';
          report(IST.ExternalNameServiceTypeInvalidPortName, subject, {
            field,
            text,
            fix: 'Name the port after the protocol that it carries, for example http or tls.',
          });
          continue;
        }
        report(IST.PortNameIsNotUnderNamingConvention, subject, {
          field,
          text: `Port name ${port.name ?? ''} (port: ${port.port}, targetPort: ${port.targetPort ?? port.port}) doesn't follow the naming convention of Istio port.`,
          fix: 'Name it PROTOCOL or PROTOCOL-SUFFIX, for example http-web, or set appProtocol.',
        });
      }
    }
  },
};

/** Services of the mesh itself and of gateways that an implementation made. */
function isOfMesh({ object }: Subject): boolean {
  const { labels = {}, name, namespace } = object.metadata;
  if (name === 'kubernetes' && namespace === 'default') return true;
  return (
    labels['istio'] !== undefined || labels['release'] === 'istio' || labels['gateway.istio.io/managed'] !== undefined
  );
}

/** Whether a port says what it carries, so that nothing has to guess. */
function saysProtocol({ name, protocol, appProtocol }: ServicePort): boolean {
  if (protocol === 'UDP') return true;
  if (appProtocol)
    return PROTOCOLS.has(appProtocol.toLowerCase()) || KUBERNETES_PROTOCOLS.has(appProtocol.toLowerCase());
  return protocolOfName(name) !== undefined;
}

/** `http` of `http-web`; undefined for a name that says none. */
function protocolOfName(name: string | undefined): string | undefined {
  const text = (name ?? '').toLowerCase();
  if (text === 'grpc-web' || text.startsWith('grpc-web-')) return 'grpc-web';
  const first = text.split('-')[0] ?? '';
  return PROTOCOLS.has(first) ? first : undefined;
}
