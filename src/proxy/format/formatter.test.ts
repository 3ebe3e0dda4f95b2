import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeaderMap } from '../../wire/http1/index.js';
import { ConfigError } from '../errors.js';
import { FLAG } from '../http/response-flags.js';
import { ConnectionInfo, StreamInfo } from '../http/stream-info.js';
import { compileFormat } from './formatter.js';
import { compileJsonFormat } from './json-format.js';
import { compileTime } from './time.js';

function stream(): StreamInfo {
  const info = new StreamInfo(new ConnectionInfo('10.0.0.1', 1234, '10.0.0.2', 80), 'chain');
  info.method = 'GET';
  info.path = '/a/b?x=1&y=2';
  info.host = 'example.org';
  info.protocol = 'HTTP/1.1';
  info.headers = new HeaderMap();
  info.headers.add('user-agent', 'curl/8');
  info.responseHeaders = new HeaderMap();
  info.responseHeaders.add('content-length', '11');
  info.status = 503;
  info.flags = FLAG.connectionFailure | FLAG.retryLimitExceeded;
  info.startWall_ms = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
  info.start_ms = 1_000;
  info.firstUpstreamByte_ms = 1_010;
  info.end_ms = 1_024.7;
  info.bytesSent = 11;
  info.attempts = 2;
  info.metadata.set('ns', { key: { deep: [1, 'a'] }, text: 'x' });
  return info;
}

const text = (format: string, empty?: string): string => compileFormat(format, 'f', empty)(stream());

test('operators: what Envoy writes for the same stream', () => {
  const expected: readonly (readonly [string, string])[] = [
    ['%REQ(:METHOD)% %REQ(:PATH)% %PROTOCOL%', 'GET /a/b?x=1&y=2 HTTP/1.1'],
    ['%REQ(X-NO?USER-AGENT)% %REQ(user-agent):4%', 'curl/8 curl'],
    [
      '%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%',
      '503 URX,UF UpstreamRetryLimitExceeded,UpstreamConnectionFailure',
    ],
    ['%DURATION% %RESPONSE_DURATION% %RESPONSE_TX_DURATION% %REQUEST_DURATION%', '24 10 14 0'],
    ['%COMMON_DURATION(DS_RX_BEG:US_RX_BEG:us)%', '10000'],
    ['%START_TIME% %START_TIME(%s.%3f)% %START_TIME(%Y/%m/%d)%', '2026-01-02T03:04:05.678Z 1767323045.678 2026/01/02'],
    ['%EMIT_TIME%', '2026-01-02T03:04:05.702Z'],
    ['%RESP(:STATUS)% %RESP(Content-Length)% %TRAILER(x)%', '503 11 -'],
    ['%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_LOCAL_PORT% %FILTER_CHAIN_NAME%', '10.0.0.1:1234 80 chain'],
    ['%DYNAMIC_METADATA(ns:key:deep)% %METADATA(DYNAMIC:ns:text)% %DYNAMIC_METADATA(ns:no)%', '[1,"a"] x -'],
    ['%QUERY_PARAM(y)% %QUERY_PARAMS% %PATH(NQ)% %REQ_WITHOUT_QUERY(:PATH)%', '2 x=1&y=2 /a/b /a/b'],
    ['%COALESCE({"operators": [{"command": "REQ", "param": "x-no"}, "PROTOCOL"]})%', 'HTTP/1.1'],
    ['%UPSTREAM_HOST% %UPSTREAM_CLUSTER% %UPSTREAM_REQUEST_ATTEMPT_COUNT%', '- - 2'],
    ['100%%', '100%'],
    ['', ''],
  ];
  for (const [format, written] of expected) assert.equal(text(format), written, format);
  assert.equal(text('[%REQ(x-no)%]', ''), '[]');
});

test('operators: what is unknown or malformed is refused with the path of the field', () => {
  for (const format of [
    '%NOPE%',
    '%FILTER_STATE(x)%',
    '%REQ%',
    '%REQ(a?b?c)%',
    '%PROTOCOL(x)%',
    '%START_TIME',
    '%',
    '%GRPC_STATUS(X)%',
    '%COMMON_DURATION(A:B:ms)%',
    '%COMMON_DURATION(DS_RX_BEG:DS_TX_END:days)%',
    '%COALESCE({})%',
    '%COALESCE({"operators": ["COALESCE"]})%',
    '%METADATA(LISTENER:a)%',
    '%PATH(XX)%',
    '%toString%',
  ]) {
    assert.throws(
      () => compileFormat(format, 'access_log[0].format'),
      (error) => error instanceof ConfigError && error.path === 'access_log[0].format',
      format,
    );
  }
});

test('a format has a limit', () => {
  assert.doesNotThrow(() => compileFormat('x'.repeat(64 * 1024), ''));
  assert.throws(() => compileFormat('x'.repeat(64 * 1024 + 1), ''), ConfigError);
});

test('JSON: sorted keys, types kept, null for what is not there', () => {
  const format = { b: '%RESPONSE_CODE%', a: 'x %REQ(no)%', c: { d: '%REQ(no)%', e: [1, true, '%BYTES_SENT%'] } };
  const line = compileJsonFormat(format, 'f', false)(stream());
  assert.equal(line, '{"a":"x -","b":503,"c":{"d":null,"e":[1,true,11]}}\n');
  assert.equal(compileJsonFormat(format, 'f', true)(stream()), '{"a":"x ","b":503,"c":{"e":[1,true,11]}}\n');
});

test('JSON: texts are escaped as Envoy escapes them', () => {
  const info = stream();
  info.headers.add('x-quoted', 'say "it"\\ \xc3\xa4\t\x01');
  const line = compileJsonFormat({ q: '%REQ(x-quoted)%', ü: 1 }, 'f', false)(info);
  assert.equal(line, '{"q":"say \\u0022it\\u0022\\u005c \\u00e4\\t\\u0001","\\u00fc":1}\n');
});

test('a format in UTF-8 is written as its bytes', () => {
  assert.equal(Buffer.from(text('Zürich'), 'latin1').toString(), 'Zürich');
});

test('gRPC: the status of trailers, of headers, or what HTTP means', () => {
  const info = stream();
  info.headers.add('content-type', 'application/grpc+proto');
  const status = compileFormat('%GRPC_STATUS% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS_NUMBER%', 'f');
  assert.equal(status(info), 'Unavailable UNAVAILABLE 14');
  info.responseTrailers = new HeaderMap();
  info.responseTrailers.add('grpc-status', '4');
  assert.equal(status(info), 'DeadlineExceeded DEADLINE_EXCEEDED 4');
});

test('times: directives as strftime has them, with fractions of a second', () => {
  const at_ms = Date.UTC(2026, 10, 3, 15, 4, 5, 678);
  const written = compileTime('%d/%b/%Y:%H:%M:%S %z %e %j %I%p %a %A %B %y %F %T %R %D %6f %E3S %% %Q')(at_ms);
  assert.equal(
    written,
    '03/Nov/2026:15:04:05 +0000  3 307 03PM Tue Tuesday November 26 2026-11-03 15:04:05 15:04 11/03/26 678000 05.678 % %Q',
  );
  assert.equal(compileTime('')(at_ms + 1_000), '2026-11-03T15:04:06.678Z');
});
