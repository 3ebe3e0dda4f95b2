import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueCertificate, type Name } from '../../../../src/identity/certificate.js';

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

const DAY_MS = 24 * 3_600_000;

/** Name -> issuer, and the names that it is for; no names: an authority. */
const WANTED: Readonly<
  Record<string, { readonly issuer: string; readonly names?: readonly string[]; readonly expired?: true }>
> = {
  ca: { issuer: 'ca' },
  'other-ca': { issuer: 'other-ca' },
  server: { issuer: 'ca', names: ['test.example', 'localhost', '127.0.0.1'] },
  wildcard: { issuer: 'ca', names: ['*.test.example'] },
  upstream: { issuer: 'ca', names: ['upstream.example', 'spiffe://test/upstream'] },
  client: { issuer: 'ca', names: ['client.example', 'spiffe://test/client'] },
  stranger: { issuer: 'other-ca', names: ['client.example', 'test.example', 'upstream.example'] },
  expired: { issuer: 'ca', names: ['client.example', 'test.example', 'upstream.example'], expired: true },
};

/** Certificates for servers and clients, made once per run. */
export class Certificates {
  private readonly made = new Map<string, Certificate & { readonly privateKey: KeyObject; readonly name: Name }>();

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    for (const name of Object.keys(WANTED)) this.make(name, folder);
  }

  /** @throws Error for an unknown name */
  get(name: string): Certificate {
    const found = this.made.get(name);
    if (found === undefined) throw new Error(`no certificate ${name}: there are ${[...this.made.keys()].join(', ')}`);
    return found;
  }

  private make(name: string, folder: string): void {
    const { issuer, names, expired } = WANTED[name]!;
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const subject: Name = { commonName: name, organization: 'Trysail tests' };
    const signer = issuer === name ? { name: subject, privateKey } : this.made.get(issuer)!;
    const cert = issueCertificate({
      subject,
      publicKey,
      issuer: { name: signer.name, privateKey: signer.privateKey },
      now_ms: Date.now() - (expired ? 2 * DAY_MS : 0),
      lifetime_ms: DAY_MS,
      use: names === undefined ? { kind: 'ca' } : { kind: 'leaf', names },
    });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const certFile = join(folder, `${name}.pem`);
    const keyFile = join(folder, `${name}.key`);
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key, { mode: 0o600 });
    this.made.set(name, { cert, key, certFile, keyFile, privateKey, name: subject });
  }
}
