import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { findEnvoy, NO_ENVOY } from '../../src/base/testing/find-envoy.js';
import { startEnvoy, type TestEnvoy } from '../../src/proxy/testing/test-envoy.js';
import { bootstrap, startProxy, staticCluster, type TestProxy } from '../../src/proxy/testing/test-proxy.js';
import { ok, TestUpstream } from '../../src/proxy/testing/test-upstream.js';
import { mutationsOf, SECONDS, SEED } from './fuzz.js';
import { REQUESTS, TRICKS } from './http1-messages.js';

const CONNECTIONS = 48;
/** A proxy that has not answered for so long waits for more bytes. */
const SILENT_MS = 700;
/** Between two answers to one piece of bytes. */
const QUIET_MS = 120;
/** Most of the time is spent waiting. */
const SECONDS_MIN = 6;

/**
 * Where our proxy refuses, or waits for more, and Envoy does not: bytes in which parsers of HTTP disagree, so that what is let through may
 * be read otherwise by the next server (RFC 9112, sections 2.2, 3, 5.2, 6.3 and 7.1). Name -> what such bytes look like.
 */
const STRICTER: Readonly<Record<string, RegExp>> = {
  'a bare LF ends no line': /(^|[^\r])\n/,
  'a bare CR is no blank': /\r([^\n]|$)/,
  'a folded value': /\r\n[ \t]/,
  'blanks in the request line':
    /^(\r\n)*[A-Z]+([ \t]{2}|[\t\v])|(^|\r\n)[A-Z]+ [^\r\n]*[ \t]([ \t]|HTTP\/\d\.\d[ \t]|HTTP\/\d\.\d\r)/m,
  'two Host fields': /host:[\s\S]*\r\nhost:/i,
  'no version': /^[A-Z]+ [^ \r\n]*\r\n/m,
  'more in a chunk than its size': /transfer-encoding: *chunked/i,
};

/** How many requests on one connection a proxy took, before it refused one or waited for more bytes. */
function taken(port: number, bytes: string): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    let timer = setTimeout(() => finish(), SILENT_MS);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map((match) => Number(match[1]));
      const refused = statuses.findIndex((status) => status >= 400);
      resolve(refused === -1 ? statuses.length : refused);
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(finish, QUIET_MS);
    });
    socket.on('close', finish);
    socket.on('error', () => {});
  });
}

const envoyBinary = findEnvoy();

describe('the same bytes are taken or refused by this proxy and by Envoy', {
  skip: envoyBinary === undefined && NO_ENVOY,
}, () => {
  let upstream: TestUpstream;
  let proxy: TestProxy;
  let envoy: TestEnvoy;

  before(async () => {
    upstream = await TestUpstream.start(() => ok('taken'));
    const routes = '- { match: { prefix: / }, route: { cluster: up, timeout: 0.3s } }';
    const text = bootstrap({ adminPort: 0, clusters: staticCluster('up', [upstream.port]), routes });
    proxy = await startProxy(text);
    envoy = await startEnvoy(envoyBinary!, text);
  });

  after(async () => {
    await proxy?.close();
    await envoy?.close();
    await upstream?.close();
  });

  test('mutations of requests', async (t) => {
    t.diagnostic(`seed ${SEED}`);
    const deadline = Date.now() + Math.max(SECONDS, SECONDS_MIN) * 1_000;
    const inputs = fc.sample(mutationsOf(REQUESTS, TRICKS), { seed: SEED, numRuns: 200 * CONNECTIONS }).values();
    const counts = { same: 0, stricter: 0 };
    const wrong: string[] = [];
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async () => {
        for (let next = inputs.next(); !next.done && Date.now() < deadline; next = inputs.next()) {
          const [ours, theirs] = await Promise.all([
            taken(proxy.port('test'), next.value),
            taken(envoy.port('test'), next.value),
          ]);
          if (ours === theirs) counts.same++;
          else if (ours < theirs && stricter(next.value)) counts.stricter++;
          else wrong.push(`${JSON.stringify(next.value)}: we took ${ours}, Envoy ${theirs}`);
        }
      }),
    );
    t.diagnostic(`${counts.same} alike, ${counts.stricter} where this proxy is stricter, ${wrong.length} otherwise`);
    assert.deepEqual(wrong, []);
    assert.ok(counts.same > 0);
  });
});

function stricter(bytes: string): boolean {
  return Object.values(STRICTER).some((pattern) => pattern.test(bytes));
}
