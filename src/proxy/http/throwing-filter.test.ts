import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SetMetadataFilter } from '../filters/set-metadata.js';
import { get } from '../testing/raw-client.js';
import { bootstrap, startProxy, staticCluster } from '../testing/test-proxy.js';
import { ok, TestUpstream } from '../testing/test-upstream.js';
import type { HttpFilter } from './http-filter.js';
import type { HttpStream } from './http-stream.js';

const FILTER = `
- name: set
  typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.set_metadata.v3.Config }`;

/** Makes one hook of a filter throw for `/throw`. @returns what mends it */
function breakHook(hook: keyof HttpFilter): () => void {
  const prototype: object = SetMetadataFilter.prototype;
  const known = Object.getOwnPropertyDescriptor(prototype, hook);
  const value = (stream: HttpStream): boolean => {
    if (stream.path === '/throw') throw new Error('broken filter');
    return true;
  };
  Object.defineProperty(prototype, hook, { configurable: true, writable: true, value });
  return () => {
    Reflect.deleteProperty(prototype, hook);
    if (known !== undefined) Object.defineProperty(prototype, hook, known);
  };
}

const SEEN: readonly (readonly [keyof HttpFilter, number])[] = [
  ['onRequest', 500],
  ['onResponse', 500],
  // the head went out: the answer is cut off
  ['onResponseBody', 0],
  // the answer is complete
  ['onDone', 200],
];

for (const [hook, status] of SEEN) {
  test(`a filter that throws in ${hook} fails its stream alone`, async () => {
    const mend = breakHook(hook);
    const upstream = await TestUpstream.start(() => ok('fine'));
    const clusters = staticCluster('up', [upstream.port]);
    const routes = '- { match: { prefix: / }, route: { cluster: up } }';
    const broken = await startProxy(bootstrap({ clusters, routes, filters: FILTER }));
    const other = await startProxy(bootstrap({ clusters, routes }));
    try {
      for (let i = 0; i < 2; i++) {
        const answer = await get(broken.port('test'), '/throw');
        assert.equal(status === 0 ? !answer.body.includes('fine') : answer.status === status, true, answer.raw);
        assert.equal((await get(broken.port('test'), '/ok')).body, 'fine');
        assert.equal((await get(other.port('test'), '/throw')).body, 'fine');
      }
      assert.equal(broken.stat('http.test.rq_filter_threw'), hook === 'onDone' ? 0 : 2);
      assert.equal(broken.stat('http.test.downstream_rq_active'), 0);
      assert.equal(broken.stat('cluster.up.upstream_rq_active'), 0);
    } finally {
      mend();
      await broken.close();
      await other.close();
      await upstream.close();
    }
  });
}
