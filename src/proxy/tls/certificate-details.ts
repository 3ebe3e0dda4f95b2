import type { X509Certificate } from 'node:crypto';
import { parseSubjectAltNames, type SubjectAltNames } from './subject-alt-names.js';

/** What access logs, policies and `x-forwarded-client-cert` say of a certificate; each read when first asked for. */
export class CertificateDetails {
  private names: SubjectAltNames | undefined;

  constructor(readonly x509: X509Certificate) {}

  /** RFC 2253: `CN=client,O=acme`. */
  get subject(): string {
    return rfc2253(this.x509.subject);
  }

  get issuer(): string {
    return rfc2253(this.x509.issuer);
  }

  /** Lower-case hex. */
  get serial(): string {
    return this.x509.serialNumber.toLowerCase();
  }

  /** Lower-case hex of SHA-256. */
  get fingerprint256(): string {
    return bareHex(this.x509.fingerprint256);
  }

  /** Lower-case hex of SHA-1. */
  get fingerprint1(): string {
    return bareHex(this.x509.fingerprint);
  }

  get altNames(): SubjectAltNames {
    this.names ??= parseSubjectAltNames(this.x509.subjectAltName);
    return this.names;
  }

  /** Milliseconds since the Unix epoch. */
  get validFrom_ms(): number {
    return Date.parse(this.x509.validFrom);
  }

  get validTo_ms(): number {
    return Date.parse(this.x509.validTo);
  }

  /** PEM, for headers. */
  get urlEncodedPem(): string {
    return urlEncodedPem(this.x509);
  }
}

export function urlEncodedPem(certificate: X509Certificate): string {
  return encodeURIComponent(certificate.toString());
}

function bareHex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}

/** Node writes one part a line, most general first, parts of one level with ` + ` between. */
function rfc2253(lines: string | undefined): string {
  if (lines === undefined || lines === '') return '';
  const parts = lines.split('\n').map((line) => line.split(' + ').reverse().join('+'));
  return parts.reverse().join(',');
}
