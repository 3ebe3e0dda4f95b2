import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAccessLine } from './access-line.js';
import { hopsOf, storyText } from './request-story.js';

const line = (time: string, rest: string, id: string, upstream: string): string =>
  `[2026-01-02T03:04:${time}Z] "GET /items HTTP/1.1" ${rest} "-" "curl/8" "${id}" "stock:80" ${upstream} 10.1.0.1:5 10.2.0.1:80 10.1.0.1:4 - by-user`;

const CALLER = line(
  '05.002',
  '503 UF,URX upstream_reset_before_response_started{connection_failure} - "Connection refused" 0 91 7 -',
  'id-1',
  '"10.1.0.2:80" outbound|80|v2|stock.shop.svc.cluster.local',
);
const INBOUND = line('05.001', '503 - via_upstream - "-" 0 91 8 8', 'id-1', '"10.1.0.1:80" inbound|80||');
const OTHER = line('05.003', '200 - via_upstream - "-" 0 9 1 1', 'id-2', '"10.1.0.1:80" inbound|80||');

test('a line of the access log is read, whatever stands in its quotes', () => {
  const read = parseAccessLine(CALLER.replace('curl/8', 'a \\"b\\" [c] d'));
  assert.equal(read?.status, 503);
  assert.deepEqual(read?.flags, ['UF', 'URX']);
  assert.equal(read?.transportFailure, 'Connection refused');
  assert.equal(read?.requestId, 'id-1');
  assert.equal(read?.routeName, 'by-user');
  assert.equal(parseAccessLine('a line of something else'), undefined);
});

test('the lines of one request in the logs of several proxies tell its story, with causes of its flags', () => {
  const logs = new Map([
    ['shop/cart', `${CALLER}\n${OTHER}\n`],
    ['shop/front', INBOUND],
  ]);
  const hops = hopsOf('id-1', logs);
  assert.deepEqual(
    hops.map(({ proxy }) => proxy),
    ['shop/front', 'shop/cart'],
  );
  const text = storyText('id-1', hops, new Map([['10.1.0.2', 'shop/stock-v2']]));
  assert.match(text, /GET stock:80\/items → 503 in 7 ms {2}route by-user/);
  assert.match(text, /to outbound\|80\|v2\|stock\.shop\.svc\.cluster\.local, 10\.1\.0\.2:80 shop\/stock-v2/);
  assert.match(text, /UF: no connection to the endpoint came about \(.*Connection refused\)/);
});
