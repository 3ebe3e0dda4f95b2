import type { ClientTls } from '../../resources/istio/destinationrule/types.js';
import { ProxyProtocolConfig_Version } from '../../xds/types/gen/envoy/config/core/v3/proxy_protocol_pb.js';
import { ProxyProtocolUpstreamTransportSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/proxy_protocol/v3/upstream_proxy_protocol_pb.js';
import { RawBufferSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb.js';
import type { CertificateValidationContextSchema } from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import {
  type CommonTlsContextSchema,
  UpstreamTlsContextSchema,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { CA_SUFFIX, secretResource } from '../model/gateway-secrets.js';
import { anyOf, type ClusterInit, type Init } from './resource.js';
import { ADS } from './values.js';

type TransportSocket = NonNullable<ClusterInit['transportSocket']>;
type CommonContext = Init<typeof CommonTlsContextSchema>;

export interface TransportOptions {
  readonly tls: ClientTls | undefined;
  /** Of the caller, where its Secrets are. */
  readonly namespace: string;
  readonly proxyProtocol: 'V1' | 'V2' | undefined;
  /** Names that a service's certificate may have where the rule gives none. */
  readonly subjectAltNames: readonly string[];
  readonly http2: boolean;
  /** The file of certificate authorities for rules that name none. */
  readonly caFile: string;
}

/** What stands between TCP and the cluster's protocol; undefined for the bare bytes. */
export function transportSocket(options: TransportOptions): TransportSocket | undefined {
  const tls = options.tls && originatesTls(options.tls) ? tlsSocket(options.tls, options) : undefined;
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

export function originatesTls({ mode }: ClientTls): boolean {
  return mode === 'SIMPLE' || mode === 'MUTUAL';
}

function rawBuffer(): TransportSocket {
  return {
    name: 'envoy.transport_sockets.raw_buffer',
    configType: { case: 'typedConfig', value: anyOf(RawBufferSchema, {}) },
  };
}

function tlsSocket(tls: ClientTls, options: TransportOptions): TransportSocket {
  const context = anyOf(UpstreamTlsContextSchema, {
    sni: tls.sni ?? '',
    commonTlsContext: {
      ...(tls.mode === 'MUTUAL' ? certificate(tls, options) : {}),
      ...(tls.insecureSkipVerify ? {} : { validationContextType: validation(tls, options) }),
      alpnProtocols: options.http2 ? ['h2'] : [],
    },
  });
  return { name: 'envoy.transport_sockets.tls', configType: { case: 'typedConfig', value: context } };
}

function certificate(tls: ClientTls, { namespace }: TransportOptions): CommonContext {
  const { credentialName, clientCertificate = '', privateKey = '' } = tls;
  if (credentialName) {
    const name = secretResource({ name: credentialName, namespace });
    return { tlsCertificateSdsSecretConfigs: [{ name, sdsConfig: ADS }] };
  }
  return { tlsCertificates: [{ certificateChain: file(clientCertificate), privateKey: file(privateKey) }] };
}

function validation(tls: ClientTls, options: TransportOptions): CommonContext['validationContextType'] {
  const { namespace, subjectAltNames, caFile } = options;
  const names = tls.subjectAltNames?.length ? tls.subjectAltNames : subjectAltNames;
  const context: Init<typeof CertificateValidationContextSchema> = {
    matchSubjectAltNames: names.map((name) => ({ matchPattern: { case: 'exact', value: name } })),
    ...(tls.caCrl ? { crl: file(tls.caCrl) } : {}),
  };
  if (!tls.credentialName) {
    return { case: 'validationContext', value: { ...context, trustedCa: file(tls.caCertificates || caFile) } };
  }
  const name = `${secretResource({ name: tls.credentialName, namespace })}${CA_SUFFIX}`;
  const value = { defaultValidationContext: context, validationContextSdsSecretConfig: { name, sdsConfig: ADS } };
  return { case: 'combinedValidationContext', value };
}

function file(path: string) {
  return { specifier: { case: 'filename' as const, value: path } };
}
