import type { JsonValue } from '@bufbuild/protobuf';

/** Fields of secrets that no dump may show: Envoy's `sensitive` ones. */
const SENSITIVE: ReadonlySet<string> = new Set([
  'private_key',
  'pkcs12',
  'password',
  'session_ticket_keys',
  'generic_secret',
  'hmac_secret',
  'token_secret',
]);
const REDACTED = '[redacted]';
const REDACTED_BYTES = Buffer.from(REDACTED).toString('base64');

/** A dumped message with its secrets struck out; what is not secret stays the same. */
export function redact(value: JsonValue): JsonValue {
  return walk(value, false, '');
}

function walk(value: JsonValue, secret: boolean, key: string): JsonValue {
  if (typeof value === 'string' && secret) return key === 'inline_bytes' ? REDACTED_BYTES : REDACTED;
  if (Array.isArray(value)) return value.map((item) => walk(item, secret, key));
  if (typeof value !== 'object' || value === null) return value;
  const out: Record<string, JsonValue> = {};
  for (const [name, inner] of Object.entries(value)) {
    // a name alone, as of a header, is no secret: only a message can hold one
    const holds = SENSITIVE.has(name) && typeof inner === 'object';
    out[name] = walk(inner, (secret || holds) && name !== '@type', name);
  }
  return out;
}
