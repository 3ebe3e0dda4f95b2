import { createHash } from 'node:crypto';
import { compareText } from '../ordering.js';

const NAME_LENGTH_MAX = 63;
const DIGEST_LENGTH = 8;

/**
 * The name of the subset that stands for a set of labels, which Istio 0.7 used in routes directly: `version-v2`.
 * Another label set never gets the same name. Undefined for no labels: the whole service.
 */
export function subsetNameOf(labels: Readonly<Record<string, string>> | undefined): string | undefined {
  const pairs = Object.entries(labels ?? {}).sort(([left], [right]) => compareText(left, right));
  if (pairs.length === 0) return undefined;
  const name = pairs.map(([key, value]) => `${key}-${value}`).join('-');
  const plain = pairs.every(([key, value]) => /^[a-z0-9]+$/.test(key) && /^[a-z0-9]+$/.test(value));
  if (plain && name.length <= NAME_LENGTH_MAX) return name;
  const digest = createHash('sha256').update(JSON.stringify(pairs)).digest('hex').slice(0, DIGEST_LENGTH);
  const readable = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  return `${readable.slice(0, NAME_LENGTH_MAX - DIGEST_LENGTH - 1)}-${digest}`;
}
