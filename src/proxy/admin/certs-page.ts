import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { TYPE_URL } from '../config/config-stream.js';
import { CertificateDetails } from '../tls/certificate-details.js';
import { resourceJson } from './dump-json.js';
import { type AdminCall, type AdminHandler, json, type Page } from './page.js';

const DAY_MS = 86_400_000;
const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** `/certs`: the certificates of TLS contexts and secrets. */
export const CERTS_HANDLER: AdminHandler = {
  path: '/certs',
  help: 'print certs on machine',
  mutates: false,
  handle: certs,
};

/** What one TLS context or secret has. */
interface Certificates {
  readonly ca: readonly JsonObject[];
  readonly chain: readonly JsonObject[];
}

function certs({ proxy }: AdminCall): Page {
  const now_ms = proxy.context.clock.now();
  const found: Certificates[] = [];
  for (const type of [TYPE_URL.listener, TYPE_URL.cluster]) {
    for (const { body } of proxy.journal.entries(type)) {
      if (body !== undefined) collect(resourceJson(type, body), found, now_ms);
    }
  }
  for (const { secret } of proxy.context.secrets.loaded) {
    if (secret.kind !== 'certificate') continue;
    const { chain, file } = secret.certificate;
    found.push({ ca: [], chain: chain.map((details) => describe(details, file, now_ms)) });
  }
  return json({
    certificates: found.map(({ ca, chain }) => ({
      ...(ca.length === 0 ? {} : { ca_cert: ca }),
      ...(chain.length === 0 ? {} : { cert_chain: chain }),
    })),
  });
}

/** Looks for TLS contexts in a dumped resource. */
function collect(value: JsonValue, found: Certificates[], now_ms: number): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name !== 'common_tls_context') {
      collect(inner as JsonValue, found, now_ms);
      continue;
    }
    const context = inner as JsonObject;
    const own = (context['tls_certificates'] ?? []) as readonly JsonObject[];
    const combined = context['combined_validation_context'] as JsonObject | undefined;
    const validation = (context['validation_context'] ?? combined?.['default_validation_context']) as
      | JsonObject
      | undefined;
    const chain = own.flatMap((certificate) => read(certificate['certificate_chain'], now_ms));
    const ca = read(validation?.['trusted_ca'], now_ms);
    if (chain.length + ca.length > 0) found.push({ ca, chain });
  }
}

/** The certificates of a DataSource; none when it cannot be read any more. */
function read(source: JsonValue | undefined, now_ms: number): readonly JsonObject[] {
  if (typeof source !== 'object' || source === null || Array.isArray(source)) return [];
  const {
    filename = '',
    inline_string: text = '',
    inline_bytes: bytes = '',
  } = source as Readonly<Record<string, string>>;
  try {
    const pem = filename === '' ? text || Buffer.from(bytes, 'base64').toString() : readFileSync(filename, 'latin1');
    return (pem.match(PEM) ?? []).map((one) =>
      describe(new CertificateDetails(new X509Certificate(one)), filename || '<inline>', now_ms),
    );
  } catch {
    return [];
  }
}

function describe(details: CertificateDetails, file: string, now_ms: number): JsonObject {
  const { serial, altNames, validFrom_ms, validTo_ms } = details;
  return {
    path: file || '<inline>',
    serial_number: serial,
    subject_alt_names: [
      ...altNames.dns.map((dns) => ({ dns })),
      ...altNames.uri.map((uri) => ({ uri })),
      ...altNames.ip.map((address) => ({ ip_address: address })),
    ],
    days_until_expiration: String(Math.max(0, Math.floor((validTo_ms - now_ms) / DAY_MS))),
    valid_from: seconds(validFrom_ms),
    expiration_time: seconds(validTo_ms),
  };
}

/** `2026-01-01T00:00:00Z`: certificates have no fractions of a second. */
function seconds(epoch_ms: number): string {
  return new Date(epoch_ms).toISOString().replace('.000Z', 'Z');
}
