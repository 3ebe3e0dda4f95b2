import { json, serve } from '../common/http-service.js';

/** There is one book in this shop, whatever its number. */
const BOOK = {
  author: 'William Shakespeare',
  year: 1595,
  type: 'paperback',
  pages: 200,
  publisher: 'PublisherA',
  language: 'English',
  'ISBN-10': '1234567890',
  'ISBN-13': '123-1234567890',
};

serve([
  { method: 'GET', path: /^\/health$/, answer: () => json(200, { status: 'Details is healthy' }) },
  { method: 'GET', path: /^\/details\/(\d+)$/, answer: (_, id) => json(200, { id: Number(id), ...BOOK }) },
  {
    method: 'GET',
    path: /^\/details(?:\/.*)?$/,
    answer: () => json(400, { error: 'please provide numeric product id' }),
  },
]);
