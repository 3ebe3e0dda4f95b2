import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exchange } from '../testing/raw-client.js';
import { bootstrap, startProxy, staticCluster } from '../testing/test-proxy.js';

/** Matcher -> whether `x-h: 1` and `x-h: 2` meet it. */
const TWO_FIELDS: Readonly<Record<string, boolean>> = {
  'string_match: { exact: "1" }': true,
  'string_match: { exact: "2" }': true,
  'string_match: { exact: "1,2" }': false,
  'string_match: { exact: "2" }, invert_match: true': false,
  'string_match: { exact: "3" }, invert_match: true': true,
  'string_match: { safe_regex: { regex: "[0-9]+" } }': true,
  'range_match: { start: 2, end: 3 }': true,
  'string_match: { exact: "" }, treat_missing_header_as_empty: true': false,
};

test('several fields of one name are matched one by one, not joined', async () => {
  const matchers = Object.keys(TWO_FIELDS);
  const routes = matchers.map(
    (matcher, i) =>
      `- { match: { path: /${i}, headers: [{ name: x-h, ${matcher} }] }, direct_response: { status: 201 } }`,
  );
  const proxy = await startProxy(
    bootstrap({
      clusters: staticCluster('unused', [1]),
      routes: [...routes, '- { match: { prefix: / }, direct_response: { status: 299 } }'].join('\n'),
    }),
  );
  try {
    for (const [i, matcher] of matchers.entries()) {
      const request = `GET /${i} HTTP/1.1\r\nhost: test.example\r\nx-h: 1\r\nx-h: 2\r\n\r\n`;
      const { status } = await exchange(proxy.port('test'), request);
      assert.equal(status === 201, TWO_FIELDS[matcher], matcher);
    }
  } finally {
    await proxy.close();
  }
});
