import { createHash } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import {
  type CertificateValidationContext,
  CertificateValidationContext_TrustChainVerification as TrustChain,
} from '../../xds/types/gen/envoy/extensions/transport_sockets/tls/v3/common_pb.js';
import { readDataSource } from '../config/data-source.js';
import { ConfigError } from '../errors.js';
import { compileAltNameMatchers } from './alt-name-matcher.js';
import { parseCertificates } from './certificate-chain.js';
import type { CertificateDetails } from './certificate-details.js';
import type { TlsFault } from './tls-fault.js';

/** How a peer's certificate is checked, compiled from a validation context. */
export interface PeerValidation {
  /** What OpenSSL is given. */
  readonly options: Pick<SecureContextOptions, 'ca' | 'crl' | 'allowPartialTrustChain'>;
  readonly ca: readonly CertificateDetails[];
  readonly caFile: string;
  /** There is something that a certificate is checked against: it is asked for. */
  readonly asksForCertificate: boolean;
  /** As Envoy: names or hashes that nobody shows are not met. */
  readonly requiresCertificate: boolean;
  /** Whether certificates that do not pass are let in all the same. */
  readonly acceptsUntrusted: boolean;
  /**
   * @param chainError what OpenSSL says of the chain
   * @returns undefined when the certificate is good
   */
  check(certificate: CertificateDetails, chainError: Error | undefined): TlsFault | undefined;
}

/** @throws ConfigError */
export function compilePeerValidation(config: CertificateValidationContext, path: string): PeerValidation {
  const pem =
    config.trustedCa === undefined
      ? undefined
      : readDataSource(config.trustedCa, `${path}.trusted_ca`).toString('latin1');
  const ca = pem === undefined ? [] : parseCertificates(pem, `${path}.trusted_ca`);
  const crl = config.crl === undefined ? undefined : readDataSource(config.crl, `${path}.crl`).toString('latin1');
  if (crl !== undefined && !crl.includes('-----BEGIN X509 CRL-----'))
    throw new ConfigError(`${path}.crl`, 'no PEM list in it');
  if (crl !== undefined && pem === undefined)
    throw new ConfigError(`${path}.crl`, 'a list of revoked certificates needs trusted_ca');
  const hashes = new Set(
    config.verifyCertificateHash.map((hash, i) => readHash(hash, `${path}.verify_certificate_hash[${i}]`)),
  );
  const keys = new Set(config.verifyCertificateSpki);
  const matchesName = compileAltNameMatchers(config, path);
  if (matchesName !== undefined && pem === undefined) {
    throw new ConfigError(path, 'names of a certificate mean nothing without trusted_ca');
  }
  if (config.allowExpiredCertificate && pem === undefined)
    throw new ConfigError(`${path}.allow_expired_certificate`, 'it means nothing without trusted_ca');
  const source = config.trustedCa?.specifier;
  return {
    options: {
      ...(pem === undefined ? {} : { ca: pem }),
      ...(crl === undefined ? {} : { crl }),
      allowPartialTrustChain: true,
    },
    ca,
    caFile: source?.case === 'filename' ? source.value : '',
    asksForCertificate: pem !== undefined || hashes.size > 0 || keys.size > 0,
    requiresCertificate: matchesName !== undefined || hashes.size > 0 || keys.size > 0,
    acceptsUntrusted: config.trustChainVerification === TrustChain.ACCEPT_UNTRUSTED,
    check(certificate, chainError) {
      if (pem !== undefined && chainError !== undefined) {
        const expired = config.allowExpiredCertificate && EXPIRED.has((chainError as { code?: string }).code ?? '');
        if (!expired) return chainFault(chainError);
        if (!isIssuedByOne(certificate, ca)) return chainFault(chainError);
      }
      if (matchesName !== undefined && !matchesName(certificate)) return nameFault(certificate);
      if (hashes.size > 0 && hashes.has(certificate.fingerprint256)) return undefined;
      if (keys.size > 0 && keys.has(spkiHash(certificate))) return undefined;
      return hashes.size > 0 || keys.size > 0 ? HASH_FAULT : undefined;
    },
  };
}

const EXPIRED = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** OpenSSL names the last thing that is wrong: behind an end of validity there may be a signer that nobody knows. */
function isIssuedByOne(certificate: CertificateDetails, ca: readonly CertificateDetails[]): boolean {
  return ca.some(({ x509 }) => certificate.x509.checkIssued(x509) && certificate.x509.verify(x509.publicKey));
}

const HASH_FAULT: TlsFault = {
  stat: 'fail_verify_cert_hash',
  text: 'verify cert failed: cert hash and spki',
};

function chainFault(error: Error): TlsFault {
  const code = (error as { code?: string }).code ?? '';
  const said = SAID[code] ?? error.message;
  return {
    stat: 'fail_verify_error',
    text: `verify cert failed: X509_verify_cert: certificate verification error at depth ${DEEPER.has(code) ? 1 : 0}: ${said}`,
  };
}

/** Where Envoy stops at the first fault of a chain, OpenSSL here goes on and names the last. */
const SAID: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to get local issuer certificate',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self signed certificate in certificate chain',
};
const DEEPER = new Set(['SELF_SIGNED_CERT_IN_CHAIN']);

function nameFault(certificate: CertificateDetails): TlsFault {
  const names = certificate.altNames.all.join(', ');
  return { stat: 'fail_verify_san', text: `verify cert failed: SAN matcher, certificate SANs are [${names}]` };
}

/** Hex of SHA-256, with or without colons. */
function readHash(text: string, path: string): string {
  const hash = text.replaceAll(':', '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hash)) throw new ConfigError(path, `invalid hex-encoded SHA-256 ${text}`);
  return hash;
}

function spkiHash(certificate: CertificateDetails): string {
  const spki = certificate.x509.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
