import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type CertificateFiles, HOST } from './setup.js';

/** A self-signed P-256 certificate that is its own authority. @throws Error without the `openssl` command */
export function makeCertificate(folder: string): CertificateFiles {
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const name = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`, '-days', '2'];
  const out = ['-keyout', files.key, '-out', files.certificate];
  const { status, stderr } = spawnSync('openssl', ['req', '-x509', ...curve, ...name, ...out]);
  if (status !== 0) throw new Error(`openssl cannot make a certificate: ${String(stderr)}`);
  return files;
}
