import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { issueCertificate, type Name } from './certificate.js';
import { makePrivateFolder, readIfPresent, writePrivateFile } from './private-files.js';

const DAY_MS = 24 * 60 * 60_000;
export const CA_LIFETIME_MS = 3_650 * DAY_MS;
export const SERVER_LIFETIME_MS = 365 * DAY_MS;
/** A certificate that ends within this is replaced at the next start. */
export const RENEW_BEFORE_MS = 30 * DAY_MS;

const CA_NAME: Name = { organization: 'trysail', commonName: 'trysail CA' };
const SERVER_NAME: Name = { organization: 'trysail', commonName: 'kube-apiserver' };
/** What clients call the API server by: on the host, and by the names of its Service inside the mesh. */
export const SERVER_NAMES: readonly string[] = [
  'localhost',
  '127.0.0.1',
  '::1',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
];

/** All PEM; tokens are opaque text without spaces. */
export interface Pki {
  readonly caCert: string;
  readonly caKey: string;
  readonly serverCert: string;
  readonly serverKey: string;
  readonly tokens: { readonly admin: string; readonly node: string };
  /** Signs the tokens of service accounts. */
  readonly accountSecret: string;
}

export interface PkiOptions {
  readonly clock: Clock;
  /** Further names and addresses of the API server, for example its Service's cluster IP. */
  readonly serverNames?: readonly string[];
}

interface Pair {
  readonly cert: string;
  readonly key: string;
}

/**
 * The credentials of one mesh, kept in `folder` (0700; files 0600) and made where they are missing, about to expire, or no
 * longer fit: the server's certificate follows its names and its CA.
 */
export function ensurePki(folder: string, options: PkiOptions): Pki {
  makePrivateFolder(folder);
  const now_ms = options.clock.now();
  const names = [...SERVER_NAMES, ...(options.serverNames ?? [])];
  const ca = ensurePair(
    join(folder, 'ca'),
    (pair) => isFresh(pair, now_ms),
    () => newCa(now_ms),
  );
  const server = ensurePair(
    join(folder, 'server'),
    (pair) => isFresh(pair, now_ms) && isIssuedBy(pair, ca) && coversAll(pair, names),
    () => newServer(ca, names, now_ms),
  );
  return {
    caCert: ca.cert,
    caKey: ca.key,
    serverCert: server.cert,
    serverKey: server.key,
    tokens: { admin: ensureToken(join(folder, 'admin.token')), node: ensureToken(join(folder, 'node.token')) },
    accountSecret: ensureToken(join(folder, 'service-accounts.secret')),
  };
}

function ensurePair(path: string, fits: (pair: Pair) => boolean, make: () => Pair): Pair {
  const cert = readIfPresent(`${path}.crt`);
  const key = readIfPresent(`${path}.key`);
  if (cert !== undefined && key !== undefined && isUsable({ cert, key }) && fits({ cert, key })) return { cert, key };
  const pair = make();
  writePrivateFile(`${path}.key`, pair.key);
  writePrivateFile(`${path}.crt`, pair.cert);
  return pair;
}

function newCa(now_ms: number): Pair {
  const { publicKey, privateKey } = newKeys();
  const issuer = { name: CA_NAME, privateKey };
  const cert = issueCertificate({
    subject: CA_NAME,
    publicKey,
    issuer,
    now_ms,
    lifetime_ms: CA_LIFETIME_MS,
    use: { kind: 'ca' },
  });
  return { cert, key: exportKey(privateKey) };
}

function newServer(ca: Pair, names: readonly string[], now_ms: number): Pair {
  const { publicKey, privateKey } = newKeys();
  const cert = issueCertificate({
    subject: SERVER_NAME,
    publicKey,
    issuer: { name: CA_NAME, privateKey: createPrivateKey(ca.key) },
    now_ms,
    lifetime_ms: SERVER_LIFETIME_MS,
    use: { kind: 'leaf', names },
  });
  return { cert, key: exportKey(privateKey) };
}

function newKeys(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function exportKey(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** A file that was cut short or does not belong to its key is as good as none. */
function isUsable({ cert, key }: Pair): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function isFresh({ cert }: Pair, now_ms: number): boolean {
  const { validFrom, validTo } = new X509Certificate(cert);
  return Date.parse(validFrom) <= now_ms && Date.parse(validTo) - now_ms > RENEW_BEFORE_MS;
}

function isIssuedBy({ cert }: Pair, ca: Pair): boolean {
  const authority = new X509Certificate(ca.cert);
  const certificate = new X509Certificate(cert);
  return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}

function coversAll({ cert }: Pair, names: readonly string[]): boolean {
  const certificate = new X509Certificate(cert);
  return names.every(
    (name) => (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined,
  );
}

function ensureToken(path: string): string {
  const present = readIfPresent(path)?.trim();
  if (present) return present;
  const token = randomBytes(32).toString('base64url');
  writePrivateFile(path, `${token}\n`);
  return token;
}
