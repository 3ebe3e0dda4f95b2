import { json, serve } from '../common/http-service.js';

/** Stars of five, by reviewer. */
const RATINGS = { Reviewer1: 5, Reviewer2: 4 };

serve([
  { method: 'GET', path: /^\/health$/, answer: () => json(200, { status: 'Ratings is healthy' }) },
  { method: 'GET', path: /^\/ratings\/(\d+)$/, answer: (_, id) => json(200, { id: Number(id), ratings: RATINGS }) },
  {
    method: 'GET',
    path: /^\/ratings(?:\/.*)?$/,
    answer: () => json(400, { error: 'please provide numeric product ID' }),
  },
]);
