import type { KubeObject } from '../../resources/object.js';
import { keyOf } from '../ordering.js';
import type { ServerTlsModel } from './types.js';

/** Istio's suffix of the Secret, and of the resource, with the authorities of clients. */
export const CA_SUFFIX = '-cacert';
/** How the conversion of an Ingress names a Secret of the Ingress' namespace, where a Gateway's are of the gateway's pods. */
const INGRESS_SECRET = 'kubernetes-ingress://';

/** `namespace/name` -> the Secret. */
export type Secrets = ReadonlyMap<string, KubeObject>;

export function buildSecrets(objects: readonly KubeObject[]): Secrets {
  return new Map(objects.map((object) => [keyOf(object), object]));
}

export function ingressSecret(namespace: string, name: string): string {
  return `${INGRESS_SECRET}${namespace}/${name}`;
}

/** The name of the Secret that {@link ingressSecret} wrote so; undefined for other names. */
export function nameOfIngressSecret(text: string): string | undefined {
  return text.startsWith(INGRESS_SECRET) ? text.slice(text.lastIndexOf('/') + 1) : undefined;
}

/** What a server's TLS settings call a Secret, and the namespace of the gateway's pods. */
export interface SecretRef {
  readonly name: string;
  readonly namespace: string;
}

/** `kubernetes://shop-tls` */
export function secretResource({ name }: SecretRef): string {
  return name.startsWith(INGRESS_SECRET) ? name : `kubernetes://${name}`;
}

function secretKey({ name, namespace }: SecretRef): string {
  return name.startsWith(INGRESS_SECRET) ? name.slice(INGRESS_SECRET.length) : `${namespace}/${name}`;
}

export interface KeyPair {
  readonly certificate: Buffer;
  readonly key: Buffer;
}

/** `tls.crt` and `tls.key`, or `cert` and `key` as Istio's own Secrets have them. */
export function keyPairOf(secrets: Secrets, ref: SecretRef): KeyPair | undefined {
  const data = dataOf(secrets.get(secretKey(ref)));
  const certificate = textOf(data, 'tls.crt', 'cert');
  const key = textOf(data, 'tls.key', 'key');
  return certificate && key ? { certificate, key } : undefined;
}

export interface Authorities {
  readonly ca: Buffer;
  readonly crl?: Buffer;
}

/** `ca.crt`, or `cacert`, of the Secret with the suffix, else of the Secret itself. */
export function authoritiesOf(secrets: Secrets, ref: SecretRef): Authorities | undefined {
  const key = secretKey(ref);
  for (const candidate of [`${key}${CA_SUFFIX}`, key]) {
    const data = dataOf(secrets.get(candidate));
    const ca = textOf(data, 'ca.crt', 'cacert');
    const crl = textOf(data, 'ca.crl', 'crl');
    if (ca) return { ca, ...(crl ? { crl } : {}) };
  }
  return undefined;
}

/** Undefined where everything that the mode needs is there. */
export function secretProblem(secrets: Secrets, ref: SecretRef, mode: ServerTlsModel['mode']): string | undefined {
  const key = secretKey(ref);
  if (!secrets.has(key)) return `No Secret ${key} exists`;
  const pair = keyPairOf(secrets, ref);
  if (pair === undefined) return `The Secret ${key} has no tls.crt and tls.key`;
  if (!isPem(pair.certificate, 'CERTIFICATE') || !isPem(pair.key, 'PRIVATE KEY')) {
    return `tls.crt and tls.key of the Secret ${key} must be a certificate and its key in PEM form`;
  }
  if (mode === 'SIMPLE' || authoritiesOf(secrets, ref)) return undefined;
  return `Neither the Secret ${key} nor ${key}${CA_SUFFIX} has ca.crt, which mode ${mode} needs`;
}

function isPem(text: Buffer, label: string): boolean {
  return new RegExp(`-----BEGIN ([A-Z0-9]+ )*${label}-----`).test(text.toString('latin1'));
}

function dataOf(object: KubeObject | undefined): Readonly<Record<string, unknown>> {
  return (object?.['data'] as Record<string, unknown> | undefined) ?? {};
}

function textOf(data: Readonly<Record<string, unknown>>, ...names: readonly string[]): Buffer | undefined {
  const value = names.map((name) => data[name]).find((text) => typeof text === 'string' && text !== '');
  return value === undefined ? undefined : Buffer.from(value as string, 'base64');
}
