import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  octetString,
  oid,
  sequence,
  set,
  time,
  utf8String,
} from './der.js';
import { IdentityError } from './errors.js';
import { ipBytes } from './ip-bytes.js';

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const;

/** Key usage bits from the left (RFC 5280, 4.2.1.3), and how many on the right are unused. */
const SIGN_CERTIFICATES = { bits: 0b0000_0110, unused: 1 };
const SIGN = { bits: 0b1000_0000, unused: 7 };
/** A clock a little behind must not take the certificate for one from the future. */
const BACKDATE_MS = 5 * 60_000;

export interface Name {
  readonly commonName: string;
  readonly organization?: string;
}

export interface CertificateRequest {
  readonly subject: Name;
  /** EC P-256. */
  readonly publicKey: KeyObject;
  /** The signer; a root signs itself. */
  readonly issuer: { readonly name: Name; readonly privateKey: KeyObject };
  readonly now_ms: number;
  readonly lifetime_ms: number;
  /** `leaf`: names are DNS names, IP addresses or URIs. */
  readonly use: { readonly kind: 'ca' } | { readonly kind: 'leaf'; readonly names: readonly string[] };
}

/** Signs an X.509 v3 certificate (RFC 5280), ECDSA with SHA-256. @returns PEM */
export function issueCertificate(request: CertificateRequest): string {
  const tbs = toBeSigned(request);
  const signature = sign('sha256', tbs, { key: request.issuer.privateKey, dsaEncoding: 'der' });
  const der = sequence(tbs, SIGNATURE_ALGORITHM, bitString(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const SIGNATURE_ALGORITHM = sequence(oid(OID.ecdsaWithSha256));
const VERSION_3 = explicit(0, integer(Buffer.of(2)));

function toBeSigned({ subject, publicKey, issuer, now_ms, lifetime_ms, use }: CertificateRequest): Buffer {
  if (publicKey.asymmetricKeyType !== 'ec') {
    throw new IdentityError('KEY_TYPE', `Cannot certify a key of type ${publicKey.asymmetricKeyType}: only EC keys`);
  }
  return sequence(
    VERSION_3,
    integer(randomBytes(16)),
    SIGNATURE_ALGORITHM,
    nameOf(issuer.name),
    sequence(time(now_ms - BACKDATE_MS), time(now_ms + lifetime_ms)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensionsFor(use, publicKey, createPublicKey(issuer.privateKey)))),
  );
}

function nameOf({ organization, commonName }: Name): Buffer {
  const parts = [];
  if (organization !== undefined) parts.push(set(sequence(oid(OID.organization), utf8String(organization))));
  parts.push(set(sequence(oid(OID.commonName), utf8String(commonName))));
  return sequence(...parts);
}

function extensionsFor(use: CertificateRequest['use'], key: KeyObject, issuerKey: KeyObject): Buffer[] {
  const isCa = use.kind === 'ca';
  const usage = isCa ? SIGN_CERTIFICATES : SIGN;
  const extensions = [
    extension(OID.basicConstraints, true, isCa ? sequence(boolean(true)) : sequence()),
    extension(OID.keyUsage, true, bitString(Buffer.of(usage.bits), usage.unused)),
    extension(OID.subjectKeyIdentifier, false, octetString(keyIdentifier(key))),
    extension(OID.authorityKeyIdentifier, false, sequence(implicit(0, keyIdentifier(issuerKey)))),
  ];
  if (use.kind === 'leaf') {
    extensions.push(extension(OID.extKeyUsage, false, sequence(oid(OID.serverAuth), oid(OID.clientAuth))));
    extensions.push(extension(OID.subjectAltName, false, sequence(...use.names.map(alternativeName))));
  }
  return extensions;
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return critical ? sequence(oid(id), boolean(true), octetString(value)) : sequence(oid(id), octetString(value));
}

/** RFC 5280, 4.2.1.2, method 1: SHA-1 of the key's bits; names a key, protects nothing. */
function keyIdentifier(key: KeyObject): Buffer {
  const spki = key.export({ type: 'spki', format: 'der' });
  // The point of a P-256 key: 65 bytes, uncompressed, at the end.
  return createHash('sha1').update(spki.subarray(-65)).digest();
}

/** RFC 5280, 4.2.1.6. */
function alternativeName(name: string): Buffer {
  if (isIP(name) !== 0) return implicit(7, ipBytes(name));
  if (name.includes('://')) return implicit(6, Buffer.from(name));
  return implicit(2, Buffer.from(name));
}
