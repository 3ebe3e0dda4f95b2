import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const running: ChildProcess[] = [];

afterEach(async () => {
  for (const child of running.splice(0)) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
});

/** @returns the URL */
async function start(name: string, env: Record<string, string> = {}): Promise<string> {
  const program = fileURLToPath(new URL(`./${name}/server.js`, import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, HOSTNAME: `${name}-pod`, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.push(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  return `http://127.0.0.1:${String(line).replace('listening on ', '')}`;
}

const NOWHERE = 'http://127.0.0.1:1';

/** The services of which a URL is not given are not there. */
function startPage(env: Record<string, string> = {}): Promise<string> {
  return start('productpage', { DETAILS_URL: NOWHERE, REVIEWS_URL: NOWHERE, RATINGS_URL: NOWHERE, ...env });
}

async function text(url: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  return `${response.status} ${await response.text()}`;
}

function count(page: string, part: string): number {
  return page.split(part).length - 1;
}

const FULL = '<span class="glyphicon glyphicon-star">';
const EMPTY = '<span class="glyphicon glyphicon-star-empty">';

test('bookinfo: the page has details, and the reviews of the version that it is given', async () => {
  const [ratings, details] = await Promise.all([start('ratings'), start('details')]);
  const versions: Record<string, string>[] = [
    {},
    { ENABLE_RATINGS: 'true' },
    { ENABLE_RATINGS: 'true', STAR_COLOR: 'red' },
  ];
  const pages = await Promise.all(
    versions.map(async (env) => {
      const reviews = await start('reviews', { RATINGS_URL: ratings, ...env });
      return text(`${await startPage({ DETAILS_URL: details, REVIEWS_URL: reviews })}/productpage`);
    }),
  );
  const [v1 = '', v2 = '', v3 = ''] = pages;
  for (const page of pages) {
    assert.match(page, /^200 .*<title>Simple Bookstore App<\/title>.*<dd>1234567890<\/dd>.*Reviewer1.*Reviewer2/s);
    assert.match(page, /Reviews served by: reviews-pod/);
  }
  assert.equal(count(v1, 'glyphicon'), 0);
  assert.deepEqual([count(v2, FULL), count(v2, EMPTY), count(v2, 'color="black"')], [9, 1, 2]);
  assert.deepEqual([count(v3, FULL), count(v3, EMPTY), count(v3, 'color="red"')], [9, 1, 2]);
});

test('bookinfo: what cannot be had is said in its place, and by the status of the API', async () => {
  const reviews = await start('reviews', { RATINGS_URL: NOWHERE, ENABLE_RATINGS: 'true' });
  const without = await text(`${await startPage({ REVIEWS_URL: reviews })}/productpage`);
  assert.match(without, /^200 .*Sorry, product details are currently unavailable for this book\./s);
  assert.equal(count(without, 'Ratings service is currently unavailable'), 2);
  const alone = await startPage();
  assert.match(await text(`${alone}/productpage`), /Sorry, product reviews are currently unavailable for this book\./);
  assert.match(await text(`${alone}/api/v1/products/0/reviews`), /^500 {"error":"Sorry, product reviews/);
  assert.match(await text(`${alone}/api/v1/products`), /^200 \[{"id":0,"title":"The Comedy of Errors"/);
  assert.match(await text(`${alone}/health`), /^200 Product page is healthy/);
  assert.match(await text(`${alone}/nothing`), /^404 /);
  assert.match(await text(`${alone}/login`), /^405 /);
});

test('bookinfo: whoever signs in is named on the page, and to all services behind it', async () => {
  const seen: IncomingHttpHeaders[] = [];
  const ratings = createServer((request, response) => {
    seen.push(request.headers);
    response.end('{"ratings":{"Reviewer1":1}}');
  }).listen(0, '127.0.0.1');
  await once(ratings, 'listening');
  try {
    const RATINGS_URL = `http://127.0.0.1:${(ratings.address() as AddressInfo).port}`;
    const reviews = await start('reviews', { RATINGS_URL, ENABLE_RATINGS: 'true' });
    const url = await startPage({ REVIEWS_URL: reviews });
    const signedIn = await fetch(`${url}/login`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ username: 'jason', passwd: 'any' }),
    });
    assert.deepEqual([signedIn.status, signedIn.headers.get('location')], [302, 'productpage']);
    assert.equal(signedIn.headers.get('set-cookie'), 'user=jason; Path=/');
    const headers = { cookie: 'a=b; user=jason', 'x-b3-traceid': '463ac35c9f6413ad', 'user-agent': 'Firefox' };
    const page = await text(`${url}/productpage`, { headers });
    assert.match(page, /jason \(<a href="logout">sign out<\/a>\)/);
    assert.deepEqual([count(page, FULL), count(page, EMPTY)], [1, 4], 'one review has one star, the other none');
    assert.equal(seen[0]?.cookie, 'user=jason');
    assert.equal(seen[0]?.['end-user'], 'jason');
    assert.equal(seen[0]?.['x-b3-traceid'], '463ac35c9f6413ad');
    assert.equal(seen[0]?.['user-agent'], 'Firefox');
    const out = await fetch(`${url}/logout`, { redirect: 'manual' });
    assert.equal(out.headers.get('set-cookie'), 'user=; Path=/; Max-Age=0');
  } finally {
    ratings.closeAllConnections();
    ratings.close();
  }
});

test('bookinfo: a name is never more than a name', async () => {
  const url = await startPage();
  const login = (username: string): Promise<Response> =>
    fetch(`${url}/login`, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ username }) });
  const cookie = (await login('<b>; Path=/x\r\n')).headers.get('set-cookie');
  assert.equal(cookie, 'user=%3Cb%3E%3B%20Path%3D%2Fx; Path=/');
  const page = await text(`${url}/productpage`, { headers: { cookie: String(cookie).split(';')[0] ?? '' } });
  assert.match(page, /&lt;b&gt;; Path=\/x \(/);
  assert.equal((await login('x'.repeat(300))).headers.get('set-cookie'), 'user=; Path=/');
  assert.equal((await login('x'.repeat(5000))).status, 413);
});

test('bookinfo: a product has a number', async () => {
  const [details, ratings] = await Promise.all([start('details'), start('ratings')]);
  assert.match(await text(`${details}/details/0`), /^200 {"id":0,"author":"William Shakespeare"/);
  assert.match(await text(`${details}/details/x`), /^400 {"error":"please provide numeric product id"}/);
  assert.equal(await text(`${ratings}/ratings/7`), '200 {"id":7,"ratings":{"Reviewer1":5,"Reviewer2":4}}\n');
  assert.match(await text(`${ratings}/ratings/`), /^400 {"error":"please provide numeric product ID"}/);
});
