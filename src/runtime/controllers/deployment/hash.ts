import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';

/** Digits of a hash in the letters of generated names: no vowels, so that no words appear. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * `6fc97476f8`: names the replica set of a template, as `pod-template-hash`. Equal templates have equal hashes; a collision is
 * got out of by raising `collisionCount`.
 */
export function templateHash(template: PodTemplateSpec, collisionCount = 0): string {
  let hash = fnv1a(0x811c9dc5, canonicalJson(template));
  if (collisionCount > 0) hash = fnv1a(hash, String(collisionCount));
  return String(hash)
    .split('')
    .map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length])
    .join('');
}

function fnv1a(seed: number, text: string): number {
  let hash = seed;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** Keys in order, so that the order in which they were written does not matter. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}
