import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { FakeClock } from '../../base/fake-clock.js';
import { HttpConnectionManagerSchema } from '../../xds/types/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js';
import { fakeContext } from '../testing/fake-context.js';
import type { HttpStream } from './http-stream.js';
import { compileInterimLogs, InterimLogs } from './interim-logs.js';

const HALF_SECOND = { seconds: 0n, nanos: 500_000_000 };

test('logs of a request that is not over: at its start, at intervals, and no more behind its end', () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  const config = create(HttpConnectionManagerSchema, {
    accessLogOptions: { flushAccessLogOnNewRequest: true, accessLogFlushInterval: HALF_SECOND },
  });
  const logs = new InterimLogs(compileInterimLogs(config, 'm')!, fakeContext(clock), (stream) =>
    lines.push(`${stream.logType} ${stream.end_ms - stream.start_ms}`),
  );
  const stream = { logType: 'DownstreamEnd', start_ms: clock.monotonic_ms(), end_ms: 0 } as HttpStream;
  logs.onStart(stream);
  logs.onTunnel(stream);
  clock.advance(1_010);
  const written = lines.length;
  logs.onEnd(stream);
  clock.advance(5_000);
  assert.equal(lines.length, written);
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['DownstreamStart', 'DownstreamPeriodic', 'DownstreamPeriodic'],
  );
  assert.equal(lines[0], 'DownstreamStart 0');
  assert.equal(stream.logType, 'DownstreamEnd');
  assert.equal(stream.end_ms, 0);
});

test('the deprecated fields mean the same, but not beside the new ones', () => {
  const deprecated = { flushAccessLogOnNewRequest: true, accessLogFlushInterval: HALF_SECOND };
  assert.deepEqual(compileInterimLogs(create(HttpConnectionManagerSchema, deprecated), 'm'), {
    onStart: true,
    onTunnel: false,
    interval_ms: 500,
  });
  assert.equal(compileInterimLogs(create(HttpConnectionManagerSchema, { accessLogOptions: {} }), 'm'), undefined);
  assert.throws(
    () => compileInterimLogs(create(HttpConnectionManagerSchema, { ...deprecated, accessLogOptions: {} }), 'm'),
    /m\.access_log_options/,
  );
});
