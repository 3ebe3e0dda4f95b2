import type { Gateway, Server, ServerTls } from '../../resources/istio/gateway/types.js';
import { byAge, keyOf } from '../ordering.js';
import { originsOf } from '../origin.js';
import { namespaceOf } from '../snapshot.js';
import type { GatewayModel, GatewayServer, ServerTlsModel } from './types.js';

const HTTP_PROTOCOLS: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB']);

export function buildGateways(objects: readonly Gateway[]): GatewayModel[] {
  return objects.toSorted(byAge).map((object) => ({
    key: keyOf(object),
    origins: originsOf(object),
    selector: object.spec.selector ?? {},
    servers: object.spec.servers.map((server, index) => toServer(server, index, object)),
  }));
}

function toServer({ name, port, bind, hosts, tls }: Server, index: number, gateway: Gateway): GatewayServer {
  const protocol = port.protocol.toUpperCase();
  const ended = tls === undefined ? undefined : toTls(tls);
  return {
    field: `spec.servers[${index}]`,
    port: port.number,
    portName: port.name,
    kind: HTTP_PROTOCOLS.has(protocol) ? 'http' : kindOf(protocol, ended),
    hosts: hosts.map((text) => toHost(text, namespaceOf(gateway))),
    httpsRedirect: tls?.httpsRedirect ?? false,
    ...(name ? { name } : {}),
    ...(bind ? { bind } : {}),
    ...(ended ? { tls: ended } : {}),
  };
}

function kindOf(protocol: string, ended: ServerTlsModel | undefined): GatewayServer['kind'] {
  if (protocol === 'HTTPS') return ended ? 'https' : 'passthrough';
  if (protocol === 'TLS') return ended ? 'tls' : 'passthrough';
  return 'tcp';
}

/** `shop/cart.example.com`: only VirtualServices of that namespace; `.` is the Gateway's own, `*` any. */
function toHost(text: string, ownNamespace: string): GatewayServer['hosts'][number] {
  const slash = text.indexOf('/');
  const namespace = slash < 0 ? '*' : text.slice(0, slash);
  return { namespace: namespace === '.' ? ownNamespace : namespace, host: text.slice(slash + 1).toLowerCase() };
}

/** Undefined where TLS is passed on, which is what no mode means. */
function toTls(tls: ServerTls): ServerTlsModel | undefined {
  const { mode = 'PASSTHROUGH' } = tls;
  if (mode !== 'SIMPLE' && mode !== 'MUTUAL' && mode !== 'OPTIONAL_MUTUAL') return undefined;
  const own = { serverCertificate: tls.serverCertificate, privateKey: tls.privateKey };
  return {
    ...tls,
    mode,
    secrets: tls.credentialNames?.length ? tls.credentialNames : tls.credentialName ? [tls.credentialName] : [],
    files: [...(own.serverCertificate ? [own] : []), ...(tls.tlsCertificates ?? [])].map((pair) => ({
      certificate: pair.serverCertificate ?? '',
      key: pair.privateKey ?? '',
    })),
  };
}
