import type { FilterChainSchema } from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import {
  type CertificateValidationContextSchema,
  type TlsParametersSchema,
  TlsParameters_TlsProtocol as TlsProtocol,
  CertificateValidationContext_TrustChainVerification as TrustChain,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb.js';
import { CA_SUFFIX, secretResource } from '../model/gateway-secrets.js';
import type { ServerTlsModel } from '../model/types.js';
import { anyOf, type Init } from './resource.js';
import { ADS } from './values.js';

const ALPN_PROTOCOLS = ['h2', 'http/1.1'];

const VERSIONS = {
  TLS_AUTO: TlsProtocol.TLS_AUTO,
  TLSV1_0: TlsProtocol.TLSv1_0,
  TLSV1_1: TlsProtocol.TLSv1_1,
  TLSV1_2: TlsProtocol.TLSv1_2,
  TLSV1_3: TlsProtocol.TLSv1_3,
} as const;

type CommonContext = Init<typeof CommonTlsContextSchema>;

/** TLS that ends at a gateway. @param namespace of the gateway's pods, where its Secrets are */
export function serverTls(tls: ServerTlsModel, namespace: string): Init<typeof FilterChainSchema>['transportSocket'] {
  const context = anyOf(DownstreamTlsContextSchema, {
    requireClientCertificate: tls.mode === 'MUTUAL',
    commonTlsContext: {
      alpnProtocols: ALPN_PROTOCOLS,
      ...certificates(tls, namespace),
      ...parameters(tls),
      ...(tls.mode === 'SIMPLE' ? {} : { validationContextType: clientValidation(tls, namespace) }),
    },
  });
  return { name: 'envoy.transport_sockets.tls', configType: { case: 'typedConfig', value: context } };
}

function certificates({ secrets, files }: ServerTlsModel, namespace: string): CommonContext {
  if (secrets.length > 0) {
    return {
      tlsCertificateSdsSecretConfigs: secrets.map((name) => ({
        name: secretResource({ name, namespace }),
        sdsConfig: ADS,
      })),
    };
  }
  return {
    tlsCertificates: files.map(({ certificate, key }) => ({
      certificateChain: file(certificate),
      privateKey: file(key),
    })),
  };
}

function parameters({ minProtocolVersion, maxProtocolVersion, cipherSuites }: ServerTlsModel): CommonContext {
  const tlsParams: Init<typeof TlsParametersSchema> = {
    ...(minProtocolVersion ? { tlsMinimumProtocolVersion: VERSIONS[minProtocolVersion] } : {}),
    ...(maxProtocolVersion ? { tlsMaximumProtocolVersion: VERSIONS[maxProtocolVersion] } : {}),
    ...(cipherSuites?.length ? { cipherSuites } : {}),
  };
  return Object.keys(tlsParams).length > 0 ? { tlsParams } : {};
}

function clientValidation(tls: ServerTlsModel, namespace: string): CommonContext['validationContextType'] {
  const own: Init<typeof CertificateValidationContextSchema> = {
    matchSubjectAltNames: (tls.subjectAltNames ?? []).map((name) => ({ matchPattern: { case: 'exact', value: name } })),
    verifyCertificateSpki: tls.verifyCertificateSpki ?? [],
    verifyCertificateHash: tls.verifyCertificateHash ?? [],
    ...(tls.insecureSkipVerify ? { trustChainVerification: TrustChain.ACCEPT_UNTRUSTED } : {}),
  };
  const [name] = tls.secrets;
  if (name === undefined) {
    const trusted = { trustedCa: file(tls.caCertificates ?? ''), ...(tls.caCrl ? { crl: file(tls.caCrl) } : {}) };
    return { case: 'validationContext', value: { ...own, ...trusted } };
  }
  return {
    case: 'combinedValidationContext',
    value: {
      defaultValidationContext: own,
      validationContextSdsSecretConfig: { name: `${secretResource({ name, namespace })}${CA_SUFFIX}`, sdsConfig: ADS },
    },
  };
}

function file(path: string) {
  return { specifier: { case: 'filename' as const, value: path } };
}
