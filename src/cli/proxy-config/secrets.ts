import { X509Certificate } from 'node:crypto';
import { at, type ConfigDump, type Json, type JsonObject, text } from './dump.js';
import type { Summary } from './filters.js';

const GAP = 5;

/** The columns of `istioctl proxy-config secret`. */
export function secretSummary(dump: ConfigDump, now_ms: number): Summary {
  const secrets = dump.secrets();
  return {
    header: ['RESOURCE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE'],
    rows: secrets.map(({ state, secret }) => [text(secret['name']), ...describe(secret, state, now_ms)]),
    messages: secrets.map(({ secret }) => secret),
    gap: GAP,
    none: 'No active or warming secrets found.',
  };
}

function describe(entry: JsonObject, state: string, now_ms: number): string[] {
  const chain = at(entry, 'secret', 'tls_certificate', 'certificate_chain');
  const ca = at(entry, 'secret', 'validation_context', 'trusted_ca');
  const type = ca === undefined ? 'Cert Chain' : 'CA';
  const certificate = certificateOf(chain ?? ca);
  if (certificate === undefined) return [type, state, 'false', '', '', ''];
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const isValid = from.getTime() <= now_ms && now_ms <= to.getTime();
  return [type, state, String(isValid), certificate.serialNumber.toLowerCase(), rfc3339(to), rfc3339(from)];
}

function certificateOf(source: Json): X509Certificate | undefined {
  const bytes = at(source, 'inline_bytes');
  const pem = bytes === undefined ? text(at(source, 'inline_string')) : Buffer.from(text(bytes), 'base64').toString();
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

function rfc3339(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
