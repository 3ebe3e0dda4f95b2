import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { issueCertificate } from '../../identity/certificate.js';

const DAY_MS = 24 * 60 * 60_000;

/** A certificate and its key, PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A CA for one test. */
export class TestAuthority implements TestCertificate {
  readonly cert: string;
  readonly key: string;
  private readonly privateKey: KeyObject;

  constructor(private readonly commonName = 'test CA') {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.privateKey = privateKey;
    this.key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    this.cert = issueCertificate({
      subject: { commonName },
      publicKey,
      issuer: { name: { commonName }, privateKey },
      now_ms: Date.now(),
      lifetime_ms: DAY_MS,
      use: { kind: 'ca' },
    });
  }

  /** @param names DNS names, IP addresses or URIs */
  issue(commonName: string, names: readonly string[], lifetime_ms = DAY_MS): TestCertificate {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const cert = issueCertificate({
      subject: { organization: 'test', commonName },
      publicKey,
      issuer: { name: { commonName: this.commonName }, privateKey: this.privateKey },
      now_ms: Date.now(),
      lifetime_ms,
      use: { kind: 'leaf', names },
    });
    return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
  }
}

/** YAML of an inline data source. */
export function inline(text: string): string {
  return `{ inline_string: ${JSON.stringify(text)} }`;
}

/** YAML of a `TlsCertificate`. */
export function tlsCertificate({ cert, key }: TestCertificate): string {
  return `{ certificate_chain: ${inline(cert)}, private_key: ${inline(key)} }`;
}
