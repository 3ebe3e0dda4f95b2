import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

/** Where distributions keep the certificate authorities that they trust. */
const FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The file of certificate authorities that proxies trust where a rule names none: the one that SSL_CERT_FILE names, as for OpenSSL,
 * else the system's, else those of Node.js, written to `folder`.
 */
export function systemCaFile(env: Readonly<Record<string, string | undefined>>, folder: string, files = FILES): string {
  const named = env['SSL_CERT_FILE'];
  if (named) return named;
  const found = files.find((file) => existsSync(file));
  if (found) return found;
  mkdirSync(folder, { recursive: true });
  const own = join(folder, 'ca-certificates.crt');
  writeFileSync(own, rootCertificates.join('\n'));
  return own;
}
