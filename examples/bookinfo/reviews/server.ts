import type { IncomingMessage } from 'node:http';
import { askJson } from '../common/ask.js';
import { json, type Reply, serve } from '../common/http-service.js';

const RATINGS_URL = process.env['RATINGS_URL'] ?? 'http://ratings:9080';
/** v1 has no ratings; v2 has black stars, v3 red ones. */
const ENABLE_RATINGS = process.env['ENABLE_RATINGS'] === 'true';
const STAR_COLOR = process.env['STAR_COLOR'] ?? 'black';
/** Those of the sample: v2 waits longer for ratings than the product page waits for it, which is the bug that the delay shows. */
const RATINGS_TIMEOUT_MS = STAR_COLOR === 'black' ? 10_000 : 2_500;
/** Which pod answered. */
const POD = process.env['HOSTNAME'] ?? '';

const TEXTS = {
  Reviewer1: 'Two pairs of twins, one long day, and not a minute without a laugh.',
  Reviewer2: 'Great fun from the first mistaken door to the last; do not look for depth.',
};
type Reviewer = keyof typeof TEXTS;

type Rating = { readonly stars: number; readonly color: string } | { readonly error: string };

async function reviews(request: IncomingMessage, id: string): Promise<Reply> {
  const stars = ENABLE_RATINGS ? await starsOf(request, id) : {};
  const list = (Object.keys(TEXTS) as Reviewer[]).map((reviewer) => ({
    reviewer,
    text: TEXTS[reviewer],
    ...(ENABLE_RATINGS && { rating: rating(stars[reviewer]) }),
  }));
  return json(200, { id, podname: POD, reviews: list });
}

/** @returns nothing when the ratings cannot be had: reviews are of use without them */
async function starsOf(request: IncomingMessage, id: string): Promise<Partial<Record<Reviewer, number>>> {
  try {
    const { status, value } = await askJson(`${RATINGS_URL}/ratings/${id}`, request.headers, RATINGS_TIMEOUT_MS);
    if (status === 200) return (value as { ratings?: Record<Reviewer, number> }).ratings ?? {};
    console.error(`ratings answered ${status}`);
  } catch (error) {
    console.error('ratings did not answer:', error);
  }
  return {};
}

function rating(stars: number | undefined): Rating {
  return stars === undefined ? { error: 'Ratings service is currently unavailable' } : { stars, color: STAR_COLOR };
}

serve([
  { method: 'GET', path: /^\/health$/, answer: () => json(200, { status: 'Reviews is healthy' }) },
  { method: 'GET', path: /^\/reviews\/(\d+)$/, answer: reviews },
]);
