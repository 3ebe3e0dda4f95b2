import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { findEnvoy, NO_ENVOY } from '../../src/base/testing/find-envoy.js';
import { startEnvoy, type TestEnvoy } from '../../src/proxy/testing/test-envoy.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../../src/proxy/testing/test-proxy.js';
import { type Answer, ok, type SeenRequest, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { converse } from './converse.js';
import * as requests from './malformed-requests.js';
import * as responses from './malformed-responses.js';

/** Most of the time goes into waiting for silence. */
const CONNECTIONS = 32;
const ROUTES = '- { match: { prefix: / }, route: { cluster: up } }';

function configuration(upstream: number): string {
  return bootstrap({ adminPort: 0, clusters: staticCluster('up', [upstream]), routes: ROUTES });
}

/** To /answer/NAME the upstream answers the bytes of that name; otherwise it says what reached it. */
function upstreamAnswer({ line, body }: SeenRequest): Answer {
  const name = decodeURIComponent(/ \/answer\/(\S+)/.exec(line)?.[1] ?? '');
  const wanted = responses.RESPONSES[name];
  if (wanted === undefined) return ok(`${line.replace(/ HTTP.*/, '')} ${body}`.trim());
  return (socket) => {
    socket.write(wanted.bytes, 'latin1');
    if (wanted.closes) socket.end();
  };
}

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

  async function compare(bytes: string, reason: string | undefined): Promise<void> {
    const [ours, theirs] = await Promise.all([
      converse(proxy.port('test'), bytes),
      converse(envoy.port('test'), bytes),
    ]);
    if (reason === undefined) assert.deepEqual(ours, theirs);
    else assert.notDeepEqual(ours, theirs, 'no longer differs: take it out of KNOWN_DIFFERENCES');
  }

  const title = (name: string, reason: string | undefined): string =>
    reason === undefined ? name : `${name}: differs, because ${reason}`;

  for (const [name, bytes] of Object.entries(requests.REQUESTS)) {
    const reason = requests.KNOWN_DIFFERENCES[name];
    test(`request: ${title(name, reason)}`, () => compare(bytes, reason));
  }

  for (const name of Object.keys(responses.RESPONSES)) {
    const reason = responses.KNOWN_DIFFERENCES[name];
    const bytes = `GET /answer/${encodeURIComponent(name)} HTTP/1.1\r\nhost: test.example\r\n\r\n`;
    test(`response: ${title(name, reason)}`, () => compare(bytes, reason));
  }
});
