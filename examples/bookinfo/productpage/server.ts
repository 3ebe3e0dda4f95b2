import type { IncomingMessage } from 'node:http';
import { json, type Reply, serve } from '../common/http-service.js';
import { displayName, userCookie, userOf } from '../common/user.js';
import { readForm } from './form.js';
import { indexPage, productPage } from './page.js';
import { productDetails, productRatings, productReviews } from './product.js';
import { PRODUCTS } from './products.js';

const PRODUCT = PRODUCTS[0];

function html(body: string): Reply {
  return { status: 200, body, headers: { 'content-type': 'text/html; charset=utf-8' } };
}

/** Back to the page. Relative, because an ingress may have put this service anywhere. */
function seePage(cookie: string): Reply {
  return { status: 302, body: '', headers: { location: 'productpage', 'set-cookie': cookie } };
}

async function page(request: IncomingMessage): Promise<Reply> {
  const user = userOf(request.headers);
  // One after the other, as in the sample: what each of them takes adds up.
  const details = await productDetails(PRODUCT.id, request.headers);
  const reviews = await productReviews(PRODUCT.id, request.headers);
  return html(productPage({ product: PRODUCT, details, reviews, user: user && displayName(user) }));
}

async function login(request: IncomingMessage): Promise<Reply> {
  const form = await readForm(request);
  if (form === undefined) return json(413, { error: 'the form is too long' });
  return seePage(`user=${userCookie(form.get('username') ?? '')}; Path=/`);
}

serve([
  {
    method: 'GET',
    path: /^\/health$/,
    answer: () => ({ status: 200, body: 'Product page is healthy\n', headers: {} }),
  },
  { method: 'GET', path: /^\/(?:index\.html)?$/, answer: () => html(indexPage()) },
  { method: 'GET', path: /^\/productpage$/, answer: page },
  { method: 'POST', path: /^\/login$/, answer: login },
  { method: 'GET', path: /^\/logout$/, answer: () => seePage('user=; Path=/; Max-Age=0') },
  { method: 'GET', path: /^\/api\/v1\/products$/, answer: () => json(200, PRODUCTS) },
  ...[
    { path: /^\/api\/v1\/products\/(\d+)$/, ask: productDetails },
    { path: /^\/api\/v1\/products\/(\d+)\/reviews$/, ask: productReviews },
    { path: /^\/api\/v1\/products\/(\d+)\/ratings$/, ask: productRatings },
  ].map(({ path, ask }) => ({
    method: 'GET' as const,
    path,
    answer: async (request: IncomingMessage, id: string) => {
      const { status, value } = await ask(Number(id), request.headers);
      return json(status, value);
    },
  })),
]);
