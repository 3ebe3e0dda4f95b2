import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findEnvoy, startEnvoy, type TestEnvoy } from '../../src/proxy/testing/test-envoy.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../../src/proxy/testing/test-proxy.js';
import { ok, type SeenRequest, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { NO_ENVOY } from '../../src/xds/testing/envoy.js';
import { converse } from './converse.js';
import { KNOWN_DIFFERENCES, REQUESTS } from './malformed-requests.js';

/** Most of the time goes into waiting for silence. */
const CONNECTIONS = 32;
const ROUTES = '- { match: { prefix: / }, route: { cluster: up } }';

function configuration(upstream: number): string {
  return bootstrap({ adminPort: 0, clusters: staticCluster('up', [upstream]), routes: ROUTES });
}

/** The upstream says in its answer what reached it. */
const upstreamAnswer = ({ line, body }: SeenRequest): string => ok(`${line.replace(/ HTTP.*/, '')} ${body}`.trim());

const binary = findEnvoy();

describe('broken and unusual HTTP, to this proxy and to Envoy', {
  skip: binary === undefined && NO_ENVOY,
  concurrency: CONNECTIONS,
}, () => {
  let upstream: TestUpstream;
  let proxy: TestProxy;
  let envoy: TestEnvoy;

  before(async () => {
    upstream = await TestUpstream.start(upstreamAnswer);
    proxy = await startProxy(configuration(upstream.port));
    envoy = await startEnvoy(binary!, configuration(upstream.port));
  });

  after(async () => {
    await proxy?.close();
    await envoy?.close();
    await upstream?.close();
  });

  for (const [name, bytes] of Object.entries(REQUESTS)) {
    const reason = KNOWN_DIFFERENCES[name];
    test(reason === undefined ? name : `${name}: differs, because ${reason}`, async () => {
      const [ours, theirs] = await Promise.all([
        converse(proxy.port('test'), bytes),
        converse(envoy.port('test'), bytes),
      ]);
      if (reason === undefined) assert.deepEqual(ours, theirs);
      else assert.notDeepEqual(ours, theirs, 'no longer differs: take it out of KNOWN_DIFFERENCES');
    });
  }
});
