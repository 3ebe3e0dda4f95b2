import type { StreamInfo } from '../../http/stream-info.js';
import type { CertificateDetails } from '../../tls/certificate-details.js';
import { type Operator, type OperatorFactory, some } from '../operator.js';
import { compileTime } from '../time.js';

type Read = (certificate: CertificateDetails) => string | undefined;

function peer(read: Read): Operator {
  return ({ connection }) => {
    const certificate = connection.tls?.peer;
    return certificate === undefined ? undefined : read(certificate);
  };
}

function local(read: Read): Operator {
  return ({ connection }) => {
    const certificate = connection.tls?.local;
    return certificate === undefined ? undefined : read(certificate);
  };
}

function upstreamPeer(read: Read): Operator {
  return ({ upstreamTls }) => {
    const certificate = upstreamTls?.peer;
    return certificate === undefined ? undefined : read(certificate);
  };
}

function upstreamLocal(read: Read): Operator {
  return ({ upstreamTls }) => {
    const certificate = upstreamTls?.local;
    return certificate === undefined ? undefined : read(certificate);
  };
}

const uris: Read = (certificate) => some(certificate.altNames.uri.join(','));
const names: Read = (certificate) => some(certificate.altNames.dns.join(','));
const subject: Read = (certificate) => some(certificate.subject);
const issuer: Read = (certificate) => some(certificate.issuer);

/** What is about the connections' TLS. */
export const TLS_OPERATORS: Readonly<Record<string, Operator>> = {
  DOWNSTREAM_TLS_VERSION: ({ connection }) => some(connection.tls?.version ?? ''),
  DOWNSTREAM_TLS_CIPHER: ({ connection }) => some(connection.tls?.cipher ?? ''),
  DOWNSTREAM_TLS_SESSION_ID: ({ connection }) => some(connection.tls?.sessionId ?? ''),
  DOWNSTREAM_PEER_SUBJECT: peer(subject),
  DOWNSTREAM_PEER_ISSUER: peer(issuer),
  DOWNSTREAM_PEER_SERIAL: peer((certificate) => some(certificate.serial)),
  DOWNSTREAM_PEER_FINGERPRINT_256: peer((certificate) => some(certificate.fingerprint256)),
  DOWNSTREAM_PEER_FINGERPRINT_1: peer((certificate) => some(certificate.fingerprint1)),
  DOWNSTREAM_PEER_CERT: peer((certificate) => certificate.urlEncodedPem),
  DOWNSTREAM_PEER_URI_SAN: peer(uris),
  DOWNSTREAM_PEER_DNS_SAN: peer(names),
  DOWNSTREAM_LOCAL_SUBJECT: local(subject),
  DOWNSTREAM_LOCAL_URI_SAN: local(uris),
  DOWNSTREAM_LOCAL_DNS_SAN: local(names),
  UPSTREAM_TLS_VERSION: ({ upstreamTls }) => some(upstreamTls?.version ?? ''),
  UPSTREAM_TLS_CIPHER: ({ upstreamTls }) => some(upstreamTls?.cipher ?? ''),
  UPSTREAM_TLS_SESSION_ID: ({ upstreamTls }) => some(upstreamTls?.sessionId ?? ''),
  UPSTREAM_PEER_SUBJECT: upstreamPeer(subject),
  UPSTREAM_PEER_ISSUER: upstreamPeer(issuer),
  UPSTREAM_PEER_CERT: upstreamPeer((certificate) => certificate.urlEncodedPem),
  UPSTREAM_PEER_URI_SAN: upstreamPeer(uris),
  UPSTREAM_PEER_DNS_SAN: upstreamPeer(names),
  UPSTREAM_LOCAL_URI_SAN: upstreamLocal(uris),
  UPSTREAM_LOCAL_DNS_SAN: upstreamLocal(names),
};

/** Envoy's format of a certificate's times. */
const TIME_FORMAT = '%Y-%m-%dT%H:%M:%E3SZ';

function validity(
  certificateOf: (info: StreamInfo) => CertificateDetails | undefined,
  read: (certificate: CertificateDetails) => number,
): OperatorFactory {
  return (argument) => {
    const format = compileTime(argument || TIME_FORMAT);
    return (info) => {
      const certificate = certificateOf(info);
      return certificate === undefined ? undefined : format(read(certificate));
    };
  };
}

export const TLS_OPERATORS_WITH_ARGUMENT: Readonly<Record<string, OperatorFactory>> = {
  DOWNSTREAM_PEER_CERT_V_START: validity(
    (info) => info.connection.tls?.peer,
    (certificate) => certificate.validFrom_ms,
  ),
  DOWNSTREAM_PEER_CERT_V_END: validity(
    (info) => info.connection.tls?.peer,
    (certificate) => certificate.validTo_ms,
  ),
  UPSTREAM_PEER_CERT_V_START: validity(
    (info) => info.upstreamTls?.peer,
    (certificate) => certificate.validFrom_ms,
  ),
  UPSTREAM_PEER_CERT_V_END: validity(
    (info) => info.upstreamTls?.peer,
    (certificate) => certificate.validTo_ms,
  ),
};
