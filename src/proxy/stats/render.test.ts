import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { StatsConfigSchema } from '../../xds/types/gen/envoy/config/metrics/v3/stats_pb.js';
import { ConfigError } from '../errors.js';
import { renderJson } from './render-json.js';
import { renderPrometheus } from './render-prometheus.js';
import { renderText } from './render-text.js';
import type { StatsQuery } from './selection.js';
import { compileStatsConfig } from './stats-config.js';
import { StatsStore } from './store.js';
import { DEFAULT_TAGS, extractTags } from './tags.js';

const ALL: StatsQuery = { wants: () => true, type: 'All', usedOnly: false };
const CUMULATIVE = { mode: 'cumulative', textReadouts: false } as const;

function tagsOf(name: string): string {
  const { name: rest, tags } = extractTags(name, DEFAULT_TAGS);
  return `${rest} ${tags.map(([tag, value]) => `${tag}=${value}`).join(' ')}`.trim();
}

test('tags are taken out of names as Envoy does', () => {
  const expected: readonly (readonly [string, string])[] = [
    ['cluster.up.upstream_rq_503', 'cluster.upstream_rq envoy.response_code=503 envoy.cluster_name=up'],
    ['cluster.up.upstream_rq_5xx', 'cluster.upstream_rq_xx envoy.response_code_class=5 envoy.cluster_name=up'],
    ['cluster.a.b.c.version', 'cluster.b.c.version envoy.cluster_name=a'],
    ['cluster_manager.active_clusters', 'cluster_manager.active_clusters'],
    [
      'http.in.downstream_rq_2xx',
      'http.downstream_rq_xx envoy.response_code_class=2 envoy.http_conn_manager_prefix=in',
    ],
    [
      'listener.127.0.0.1_80.http.in.downstream_rq_2xx',
      'listener.http.downstream_rq_xx envoy.response_code_class=2 envoy.http_conn_manager_prefix=in envoy.listener_address=127.0.0.1_80',
    ],
    ['listener.[__1]_80.downstream_cx_total', 'listener.downstream_cx_total envoy.listener_address=[__1]_80'],
    [
      'listener.0.0.0.0_80.worker_0.downstream_cx_total',
      'listener.worker_downstream_cx_total envoy.worker_id=0 envoy.listener_address=0.0.0.0_80',
    ],
    ['listener.admin.downstream_cx_total', 'listener.admin.downstream_cx_total'],
    ['tcp.db.downstream_cx_total', 'tcp.downstream_cx_total envoy.tcp_prefix=db'],
    [
      'http.in.rds.routes.v1.update_success',
      'http.rds.update_success envoy.http_conn_manager_prefix=in envoy.rds_route_config=routes.v1',
    ],
    [
      'vhost.v.vcluster.c.upstream_rq_total',
      'vhost.vcluster.upstream_rq_total envoy.virtual_cluster=c envoy.virtual_host=v',
    ],
    ['http.http.x.y', 'http.x.y envoy.http_conn_manager_prefix=http'],
  ];
  for (const [name, tags] of expected) assert.equal(tagsOf(name), tags);
});

test('Prometheus: families with their type, labels and buckets', () => {
  const store = new StatsStore();
  store.counter('cluster.b.upstream_rq_200').add(2);
  store.counter('cluster.a.upstream_rq_200').add(1);
  store.gauge('server.live').set(1);
  store.histogram('http.in.downstream_rq_time').record(3);
  const lines = renderPrometheus(store, ALL, CUMULATIVE).split('\n');
  assert.deepEqual(lines.slice(0, 5), [
    '# TYPE envoy_cluster_upstream_rq counter',
    'envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="a"} 1',
    'envoy_cluster_upstream_rq{envoy_response_code="200",envoy_cluster_name="b"} 2',
    '# TYPE envoy_server_live gauge',
    'envoy_server_live{} 1',
  ]);
  assert.ok(lines.includes('envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="1"} 0'));
  assert.ok(lines.includes('envoy_http_downstream_rq_time_bucket{envoy_http_conn_manager_prefix="in",le="5"} 1'));
  assert.ok(lines.includes('envoy_http_downstream_rq_time_count{envoy_http_conn_manager_prefix="in"} 1'));
});

test('Prometheus: a label keeps quotes, backslashes and line ends as one value', () => {
  const store = new StatsStore();
  store.counter('cluster.a"b\\c\nd.x').inc();
  assert.match(renderPrometheus(store, ALL, CUMULATIVE), /envoy_cluster_name="a\\"b\\\\c\\nd"/);
});

test('text and JSON show the same, in the order of names, and what was used only', () => {
  const store = new StatsStore();
  store.counter('b').inc();
  store.gauge('a').set(0);
  store.texts.set('version', 'v1');
  store.histogram('h');
  assert.equal(renderText(store, ALL, 'summary'), 'version: "v1"\na: 0\nb: 1\nh: No recorded values\n');
  const json = JSON.parse(renderJson(store, ALL, 'summary')) as { stats: { name?: string }[] };
  assert.deepEqual(
    json.stats.map(({ name }) => name),
    ['version', 'a', 'b', undefined],
  );
  assert.equal(renderText(store, { ...ALL, usedOnly: true, type: 'Counters' }, 'summary'), 'b: 1\n');
});

test('stats_config: matchers keep names out, fixed tags and own regexes come in, buckets change', () => {
  const config = compileStatsConfig(
    create(StatsConfigSchema, {
      statsTags: [
        { tagName: 'where', tagValue: { case: 'fixedValue', value: 'here' } },
        { tagName: 'color', tagValue: { case: 'regex', value: '^x\\.((\\w+)\\.)' } },
      ],
      statsMatcher: {
        statsMatcher: {
          case: 'exclusionList',
          value: { patterns: [{ matchPattern: { case: 'prefix', value: 'secret.' } }] },
        },
      },
      histogramBucketSettings: [{ match: { matchPattern: { case: 'exact', value: 'h' } }, buckets: [10, 1] }],
    }),
    'stats_config',
  );
  const store = new StatsStore(config);
  store.counter('secret.a').inc();
  store.counter('x.red.total').inc();
  store.histogram('h').record(5);
  const text = renderPrometheus(store, ALL, CUMULATIVE);
  assert.match(text, /^envoy_x_total\{where="here",color="red"\} 1$/m);
  assert.doesNotMatch(text, /secret/);
  assert.match(text, /h_bucket\{where="here",le="1"\} 0\n.*le="10"\} 1\n.*le="\+Inf"\} 1/);
});

test('stats_config: a tag that has no regex of its own must be known', () => {
  const config = create(StatsConfigSchema, { statsTags: [{ tagName: 'nobody.knows' }] });
  assert.throws(() => compileStatsConfig(config, 'stats_config'), ConfigError);
});
