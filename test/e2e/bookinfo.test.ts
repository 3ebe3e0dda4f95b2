import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { Mesh } from '../support/mesh.js';
import { repositoryRoot } from '../support/repository.js';

const EXAMPLE = join(repositoryRoot(), 'examples', 'bookinfo');
const TEST_MS = 150_000;
/** Two tries of three seconds; the upper bound leaves time to a busy machine. */
const GIVES_UP_MS = [5_900, 10_000] as const;

interface Page {
  readonly text: string;
  /** `v1`, `v2`, `v3`; empty where there are no reviews. */
  readonly version: string;
  readonly stars: 'none' | 'black' | 'red';
  readonly took_ms: number;
}

/** Bookinfo in a mesh, as who opens its page in a browser has it. */
class Bookinfo {
  constructor(
    private readonly ingress: string,
    private readonly kubectl: Kubectl,
  ) {}

  async page(cookie?: string): Promise<Page> {
    const started_ms = performance.now();
    const response = await fetch(`${this.ingress}/productpage`, { headers: cookie === undefined ? {} : { cookie } });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return {
      text,
      version: /Reviews served by: reviews-(v\d)-/.exec(text)?.[1] ?? '',
      stars: (/<font color="(black|red)"/.exec(text)?.[1] ?? 'none') as Page['stars'],
      took_ms: performance.now() - started_ms,
    };
  }

  /** @returns how often each version, with its stars, is on so many pages */
  async count(pages: number, cookie?: string): Promise<Record<string, number>> {
    const seen: Record<string, number> = {};
    for (let i = 0; i < pages; i++) {
      const { version, stars } = await this.page(cookie);
      seen[`${version} ${stars}`] = (seen[`${version} ${stars}`] ?? 0) + 1;
    }
    return seen;
  }

  /** @returns the cookie */
  async signIn(username: string): Promise<string> {
    const body = new URLSearchParams({ username, passwd: 'any' });
    const response = await fetch(`${this.ingress}/login`, { method: 'POST', body, redirect: 'manual' });
    assert.equal(response.status, 302);
    return response.headers.get('set-cookie')?.split(';')[0] ?? '';
  }

  apply(file: string): Promise<string> {
    return this.kubectl.ok(`apply -f ${join(EXAMPLE, file)}`);
  }

  /** Waits until five pages in a row are of one version. */
  async onlyServes(expected: string, cookie?: string): Promise<void> {
    await eventually(async () => assert.deepEqual(await this.count(5, cookie), { [expected]: 5 }));
  }
}

/** The steps of the sample's page, with the rules of one era. */
async function rules(bookinfo: Bookinfo, folder: string): Promise<void> {
  const jason = await bookinfo.signIn('jason');
  const other = await bookinfo.signIn('erika');
  await bookinfo.apply(`${folder}/all-v1.yml`);
  await bookinfo.onlyServes('v1 none');
  await bookinfo.onlyServes('v1 none', jason);

  await bookinfo.apply(`${folder}/reviews-jason-v2.yml`);
  await bookinfo.onlyServes('v2 black', jason);
  await bookinfo.onlyServes('v1 none', other);

  await bookinfo.apply(`${folder}/ratings-jason-delay.yml`);
  const late = await eventually(async () => {
    const page = await bookinfo.page(jason);
    assert.match(page.text, /Sorry, product reviews are currently unavailable for this book\./);
    return page;
  });
  const [least_ms, most_ms] = GIVES_UP_MS;
  assert.ok(late.took_ms > least_ms && late.took_ms < most_ms, `gave up after ${late.took_ms} ms, not 6 s`);
  assert.match(late.text, /<dt>ISBN-10:<\/dt>/, 'details are still there');
  const quick = await bookinfo.page(other);
  assert.ok(quick.version === 'v1' && quick.took_ms < least_ms, `${quick.version} after ${quick.took_ms} ms`);

  await bookinfo.apply(`${folder}/ratings-jason-abort.yml`);
  await eventually(async () => {
    const page = await bookinfo.page(jason);
    assert.equal(page.version, 'v2');
    assert.equal(page.text.split('Ratings service is currently unavailable').length, 3);
  });

  await bookinfo.apply(`${folder}/reviews-50-v3.yml`);
  await eventually(async () => assert.ok((await bookinfo.count(5))['v3 red']));
  const half = await bookinfo.count(100);
  const red = half['v3 red'] ?? 0;
  // Half of 100 at random is 50, and five standard deviations of 5 off it once in 1.7 million.
  assert.ok(red >= 25 && red <= 75 && red + (half['v1 none'] ?? 0) === 100, JSON.stringify(half));

  await bookinfo.apply(`${folder}/reviews-v3.yml`);
  await bookinfo.onlyServes('v3 red');
}

async function walk(driver: 'process' | 'netns'): Promise<void> {
  const mesh = await Mesh.start({ driver, as: 'self', upArguments: ['--example', 'bookinfo'] });
  try {
    const kubectl = new Kubectl(mesh, 'bookinfo');
    const bookinfo = new Bookinfo(mesh.status.ingress, kubectl);
    await eventually(async () => {
      const seen = Object.keys(await bookinfo.count(9)).sort();
      assert.deepEqual(seen, ['v1 none', 'v2 black', 'v3 red'], 'all versions in turn');
    });
    await rules(bookinfo, 'rules-0.7');
    await kubectl.ok('delete routerules --all');
    await kubectl.ok('delete ingress bookinfo');
    await bookinfo.apply('rules/gateway.yml');
    await bookinfo.apply('rules/destination-rules.yml');
    await eventually(() => bookinfo.page());
    await rules(bookinfo, 'rules');
    const load = await mesh.shell('trysail load -r 3 -c 5 http://books.test/productpage');
    assert.match(load, /^Transactions: +15 hits\nAvailability: +100\.00 %$/m);

    await kubectl.ok('delete gateway bookinfo');
    await kubectl.ok('create namespace old');
    await kubectl.ok('label namespace old istio-injection=enabled');
    const old = new Kubectl(mesh, 'old');
    await old.ok(`apply -f ${join(EXAMPLE, 'kubernetes-0.7')}`);
    await eventually(async () => {
      const pod = /Reviews served by: ([a-z0-9-]+)/.exec((await bookinfo.page()).text)?.[1] ?? 'none';
      assert.match(await old.ok('get pods -l app=reviews -o name'), new RegExp(`pod/${pod}$`, 'm'));
    }, 30_000);
  } catch (error) {
    process.stdout.write(mesh.logs());
    throw error;
  } finally {
    await mesh.stop();
  }
}

describe('bookinfo: routed by who is signed in, delayed beyond the limit of its page, and shifted', {
  concurrency: true,
}, () => {
  for (const driver of ['process', 'netns'] as const) {
    test(driver, { timeout: TEST_MS, ...(!hasKubectl && { skip: 'kubectl is not installed' }) }, () => walk(driver));
  }
});
