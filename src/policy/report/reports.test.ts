import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PrometheusMetric, StdioConfig } from '../config.js';
import { bag, policyWith, rule, TestEnvironment } from '../testing.js';
import { MetricRegistry, SERIES_PER_METRIC_MAX } from './metric-registry.js';

const COUNT: PrometheusMetric = {
  name: 'recommendation_request_count',
  instanceName: 'requests.metric.shop',
  description: '',
  kind: 'COUNTER',
  labelNames: ['source', 'user_agent', 'code'],
  bounds: [],
};
const STDIO: StdioConfig = {
  adapter: 'stdio',
  stream: 'STDOUT',
  severityLevels: { info: 'INFO', warning: 'WARNING' },
  metricLevel: 'INFO',
  outputLevel: 'INFO',
  outputAsJson: true,
};

const done = (more = {}) =>
  bag({
    'destination.service': 'recommendation.shop.svc.cluster.local',
    'source.service': 'preference.shop.svc.cluster.local',
    'request.headers': { 'user-agent': 'curl "7"' },
    'response.code': 200,
    'response.duration': 25,
    'request.time': Date.UTC(2018, 0, 2, 15, 4, 5),
    ...more,
  });

test('metric: counters with labels in Prometheus text', () => {
  const environment = new TestEnvironment();
  const policy = policyWith(
    environment,
    { 'p.prometheus.shop': { adapter: 'prometheus', metrics: [COUNT] } },
    {
      'requests.metric.shop': {
        template: 'metric',
        value: '1',
        dimensions: {
          source: 'source.service | "unknown"',
          user_agent: 'request.headers["user-agent"] | "unknown"',
          code: 'response.code | 200',
        },
      },
    },
    [rule('p.prometheus.shop', ['requests.metric.shop'])],
  );
  assert.equal(policy.reports, true);
  assert.equal(policy.checks, false);
  policy.report(done());
  policy.report(done());
  policy.report(done({ 'response.code': 503 }));
  const labels = 'source="preference.shop.svc.cluster.local",user_agent="curl \\"7\\""';
  assert.equal(
    environment.metrics.text(),
    [
      '# HELP istio_recommendation_request_count recommendation_request_count',
      '# TYPE istio_recommendation_request_count counter',
      `istio_recommendation_request_count{${labels},code="200"} 2`,
      `istio_recommendation_request_count{${labels},code="503"} 1`,
      '',
    ].join('\n'),
  );
});

test('metric: distributions in buckets, gauges the last value, durations in seconds', () => {
  const environment = new TestEnvironment();
  const metric = (kind: PrometheusMetric['kind'], name: string): PrometheusMetric => ({
    ...COUNT,
    name,
    kind,
    labelNames: [],
    bounds: kind === 'DISTRIBUTION' ? [0.01, 0.1] : [],
  });
  const policy = policyWith(
    environment,
    {
      'p.prometheus.shop': {
        adapter: 'prometheus',
        metrics: [metric('DISTRIBUTION', 'duration'), metric('GAUGE', 'last')],
      },
    },
    { 'requests.metric.shop': { template: 'metric', value: 'response.duration | "0ms"', dimensions: {} } },
    [rule('p.prometheus.shop', ['requests.metric.shop'])],
  );
  for (const duration_ms of [5, 50, 500, 10]) policy.report(done({ 'response.duration': duration_ms }));
  const lines = environment.metrics.text().split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('istio_')),
    [
      'istio_duration_bucket{le="0.01"} 2',
      'istio_duration_bucket{le="0.1"} 3',
      'istio_duration_bucket{le="+Inf"} 4',
      'istio_duration_sum 0.5650000000000001',
      'istio_duration_count 4',
      'istio_last 0.01',
    ],
  );
});

test('one series more than the most of a metric is not begun, and that is counted', () => {
  const registry = new MetricRegistry();
  for (let index = 0; index <= SERIES_PER_METRIC_MAX; index++) registry.record(COUNT, [String(index), '', ''], 1);
  registry.record(COUNT, ['0', '', ''], 1);
  const text = registry.text();
  assert.match(text, /source="0",user_agent="",code=""} 2/);
  assert(!text.includes(`source="${SERIES_PER_METRIC_MAX}"`));
  assert.match(text, /trysail_policy_metric_values_dropped 1/);
});

const ENTRY = {
  template: 'logentry',
  severity: '"warning"',
  timestamp: 'request.time',
  variables: {
    url: 'request.path | "/"',
    latency: 'response.duration',
    code: 'response.code',
    agent: 'request.headers',
  },
} as const;

test('logentry to stdio: lines as Mixer wrote them, below the level none', () => {
  const log = (config: Partial<StdioConfig>) => {
    const environment = new TestEnvironment();
    policyWith(environment, { 's.stdio.shop': { ...STDIO, ...config } }, { 'access.logentry.shop': ENTRY }, [
      rule('s.stdio.shop', ['access.logentry.shop']),
    ]).report(done());
    return environment.lines;
  };
  assert.deepEqual(
    log({}).map((line) => JSON.parse(line)),
    [
      {
        level: 'warn',
        time: '2018-01-02T15:04:05.000000Z',
        instance: 'access.logentry.shop',
        agent: { 'user-agent': 'curl "7"' },
        code: 200,
        latency: '25ms',
        url: '/',
      },
    ],
  );
  assert.deepEqual(log({ outputLevel: 'ERROR' }), []);
  assert.match(log({ outputAsJson: false })[0]!, /^2018-01-02T15:04:05.000000Z\twarn\taccess.logentry.shop\t{"agent"/);
});

test('logentry to fluentd: a variable named tag names the tag', () => {
  const environment = new TestEnvironment();
  const tagged = { ...ENTRY, variables: { ...ENTRY.variables, tag: '"mesh"' } };
  policyWith(
    environment,
    { 'f.fluentd.shop': { adapter: 'fluentd', address: 'fluentd:24224' } },
    { 'a.logentry.shop': ENTRY, 'b.logentry.shop': tagged },
    [rule('f.fluentd.shop', ['a.logentry.shop', 'b.logentry.shop'])],
  ).report(done());
  const record = { url: '/', latency: '25ms', code: 200, agent: { 'user-agent': 'curl "7"' }, severity: 'warning' };
  assert.deepEqual(
    environment.forwarded.map(({ tag, record: sent }) => [tag, { ...sent }]),
    [
      ['a.logentry.shop', record],
      ['mesh', { ...record, name: 'b.logentry.shop' }],
    ],
  );
});

test('kubernetes: attributes are bound to what the mesh knows of the pods', () => {
  const environment = new TestEnvironment();
  const policy = policyWith(
    environment,
    { 'k.kubernetesenv.istio-system': { adapter: 'kubernetesenv' }, 's.stdio.shop': STDIO },
    {
      'attributes.kubernetes.istio-system': {
        template: 'kubernetes',
        inputs: { source_uid: 'source.uid | ""', origin_uid: '""' },
        attributeBindings: {
          'source.team': '$out.source_labels["team"] | "none"',
          'source.service': '$out.source_service | "unknown"',
          'origin.namespace': '$out.origin_namespace | "default"',
        },
      },
      'a.logentry.shop': {
        ...ENTRY,
        variables: { team: 'source.team', service: 'source.service', origin: 'origin.namespace' },
      },
    },
    [
      rule('k.kubernetesenv.istio-system', ['attributes.kubernetes.istio-system'], { namespace: 'istio-system' }),
      rule('s.stdio.shop', ['a.logentry.shop']),
    ],
    { attributes: { 'source.team': 'STRING' } },
  );
  policy.report(done({ 'source.uid': 'kubernetes://p.shop', 'source.labels': { team: 'red' } }));
  policy.report(bag({ 'destination.service': 'recommendation.shop.svc', 'request.time': 0 }));
  const shown = environment.lines.map((line) => JSON.parse(line) as Record<string, string>);
  assert.deepEqual(
    shown.map(({ team, service, origin }) => [team, service, origin]),
    [
      ['red', 'preference.shop.svc.cluster.local', 'default'],
      ['none', 'unknown', 'default'],
    ],
  );
});
