import type { ClientTls } from '../../resources/istio/destinationrule/types.js';
import { ProxyProtocolConfig_Version } from '../../xds/types/gen/envoy/config/core/v3/proxy_protocol_pb.js';
import { ProxyProtocolUpstreamTransportSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js';
import { RawBufferSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js';
import type { CertificateValidationContextSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import { UpstreamTlsContextSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { anyOf, type ClusterInit, type Init } from './resource.js';

type TransportSocket = NonNullable<ClusterInit['transportSocket']>;

export interface TransportOptions {
  readonly tls: ClientTls | undefined;
  readonly proxyProtocol: 'V1' | 'V2' | undefined;
  /** Names that a service's certificate may have where the rule gives none. */
  readonly subjectAltNames: readonly string[];
  readonly http2: boolean;
  /** The file of certificate authorities for rules that name none. */
  readonly caFile: string;
}

/** What stands between TCP and the cluster's protocol; undefined for the bare bytes. */
export function transportSocket(options: TransportOptions): TransportSocket | undefined {
  const tls = originatesTls(options.tls) ? tlsSocket(options.tls, options) : undefined;
  if (options.proxyProtocol === undefined) return tls;
  const version = ProxyProtocolConfig_Version[options.proxyProtocol];
  return {
    name: 'envoy.transport_sockets.upstream_proxy_protocol',
    configType: {
      case: 'typedConfig',
      value: anyOf(ProxyProtocolUpstreamTransportSchema, {
        config: { version },
        transportSocket: tls ?? rawBuffer(),
      }),
    },
  };
}

function originatesTls(tls: ClientTls | undefined): tls is ClientTls {
  return tls?.mode === 'SIMPLE' || tls?.mode === 'MUTUAL';
}

function rawBuffer(): TransportSocket {
  return {
    name: 'envoy.transport_sockets.raw_buffer',
    configType: { case: 'typedConfig', value: anyOf(RawBufferSchema, {}) },
  };
}

function tlsSocket(tls: ClientTls, options: TransportOptions): TransportSocket {
  const { clientCertificate, privateKey } = tls;
  const certificates =
    tls.mode === 'MUTUAL' && clientCertificate && privateKey
      ? [{ certificateChain: file(clientCertificate), privateKey: file(privateKey) }]
      : [];
  const context = anyOf(UpstreamTlsContextSchema, {
    sni: tls.sni ?? '',
    commonTlsContext: {
      tlsCertificates: certificates,
      alpnProtocols: options.http2 ? ['h2'] : [],
      ...(tls.insecureSkipVerify
        ? {}
        : { validationContextType: { case: 'validationContext', value: validation(tls, options) } }),
    },
  });
  return { name: 'envoy.transport_sockets.tls', configType: { case: 'typedConfig', value: context } };
}

function validation(tls: ClientTls, options: TransportOptions): Init<typeof CertificateValidationContextSchema> {
  const names = tls.subjectAltNames?.length ? tls.subjectAltNames : options.subjectAltNames;
  return {
    trustedCa: file(tls.caCertificates || options.caFile),
    matchSubjectAltNames: names.map((name) => ({ matchPattern: { case: 'exact', value: name } })),
    ...(tls.caCrl ? { crl: file(tls.caCrl) } : {}),
  };
}

function file(path: string) {
  return { specifier: { case: 'filename' as const, value: path } };
}
