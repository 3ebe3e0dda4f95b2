import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { HeaderMap } from '../../wire/http1/index.js';
import { AccessLogFilterSchema } from '../../xds/types/gen/envoy/config/accesslog/v3/accesslog_pb.js';
import { ConfigError } from '../errors.js';
import { FLAG } from '../http/response-flags.js';
import { ConnectionInfo, StreamInfo } from '../http/stream-info.js';
import { fakeContext } from '../testing/fake-context.js';
import { compileLogFilter } from './filter.js';

function stream(change: (info: StreamInfo) => void = () => {}): StreamInfo {
  const info = new StreamInfo(new ConnectionInfo('10.0.0.1', 1, '10.0.0.2', 80), '');
  info.method = 'GET';
  info.headers = new HeaderMap();
  info.status = 200;
  info.end_ms = 50;
  change(info);
  return info;
}

function passes(filter: JsonValue, change?: (info: StreamInfo) => void): boolean {
  return compileLogFilter(fromJson(AccessLogFilterSchema, filter), fakeContext(), 'filter')(stream(change));
}

const atLeast = (value: number): JsonValue => ({
  comparison: { op: 'GE', value: { default_value: value, runtime_key: 'k' } },
});

test('access log filters: status, duration, flags, headers, both and either', () => {
  assert.equal(passes({ status_code_filter: atLeast(400) }), false);
  assert.equal(passes({ duration_filter: atLeast(50) }), true);
  assert.equal(passes({ response_flag_filter: {} }), false);
  const failed = (info: StreamInfo): void => {
    info.flags = FLAG.connectionFailure;
  };
  assert.equal(passes({ response_flag_filter: {} }, failed), true);
  assert.equal(passes({ response_flag_filter: { flags: ['UF'] } }, failed), true);
  assert.equal(passes({ response_flag_filter: { flags: ['UO', 'LH'] } }, failed), false);
  const both: JsonValue[] = [{ status_code_filter: atLeast(100) }, { status_code_filter: atLeast(300) }];
  assert.equal(passes({ and_filter: { filters: both } }), false);
  assert.equal(passes({ or_filter: { filters: both } }), true);
  assert.equal(passes({ header_filter: { header: { name: ':method', string_match: { exact: 'GET' } } } }), true);
});

test('access log filters: health checks, tracing and the moment of the log', () => {
  assert.equal(passes({ not_health_check_filter: {} }), true);
  assert.equal(
    passes({ not_health_check_filter: {} }, (info) => {
      info.healthCheck = true;
    }),
    false,
  );
  const traced = (id: string) => (info: StreamInfo) => info.headers.add('x-request-id', id);
  assert.equal(passes({ traceable_filter: {} }, traced('58aff2ce-1b00-9ce8-9ba0-84e1c7c401be')), true);
  assert.equal(passes({ traceable_filter: {} }, traced('58aff2ce-1b00-4ce8-9ba0-84e1c7c401be')), false);
  assert.equal(passes({ log_type_filter: { types: ['DownstreamEnd'] } }), true);
  assert.equal(passes({ log_type_filter: { types: ['DownstreamEnd'], exclude: true } }), false);
});

test('access log filters: a share of requests is chosen by the request id', () => {
  const half = { runtime_filter: { runtime_key: 'k', percent_sampled: { numerator: 50, denominator: 'HUNDRED' } } };
  const id = (first: number) => (info: StreamInfo) =>
    info.headers.add('x-request-id', `${first.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`);
  assert.equal(passes(half, id(499_999)), true);
  assert.equal(passes(half, id(500_000)), false);
  assert.equal(passes(half, id(1_000_000)), true);
});

test('access log filters: gRPC statuses and metadata', () => {
  const answered = (status: string) => (info: StreamInfo) => {
    info.headers.add('content-type', 'application/grpc');
    info.responseTrailers = new HeaderMap();
    info.responseTrailers.add('grpc-status', status);
  };
  const unavailable = { grpc_status_filter: { statuses: ['UNAVAILABLE'] } };
  assert.equal(passes(unavailable, answered('14')), true);
  assert.equal(passes(unavailable, answered('0')), false);
  const matcher = { filter: 'ns', path: [{ key: 'k' }], value: { string_match: { exact: 'v' } } };
  assert.equal(passes({ metadata_filter: { matcher } }), true, 'without the key, unless said otherwise');
  assert.equal(passes({ metadata_filter: { matcher, match_if_key_not_found: false } }), false);
  assert.equal(
    passes({ metadata_filter: { matcher } }, (info) => info.metadata.set('ns', { k: 'other' })),
    false,
  );
});

test('access log filters: what cannot be is refused with its path', () => {
  const refuses = (filter: JsonValue, path: string): void => {
    assert.throws(
      () => compileLogFilter(fromJson(AccessLogFilterSchema, filter), fakeContext(), 'filter'),
      (error) => error instanceof ConfigError && error.path === path,
    );
  };
  refuses({}, 'filter');
  refuses({ response_flag_filter: { flags: ['XX'] } }, 'filter.response_flag_filter.flags');
  refuses({ and_filter: { filters: [{ not_health_check_filter: {} }] } }, 'filter.and_filter.filters');
  refuses({ status_code_filter: {} }, 'filter.status_code_filter.comparison');
});
