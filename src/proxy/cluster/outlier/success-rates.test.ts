import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { OutlierDetectionSchema } from '../../../xds/types/gen/envoy/config/cluster/v3/outlier_detection_pb.js';
import { ConfigError } from '../../errors.js';
import { Host } from '../host.js';
import { compileOutlierDetection } from './outlier-options.js';
import { judgeRates } from './success-rates.js';

const OPTIONS = compileOutlierDetection(
  create(OutlierDetectionSchema, {
    successRateRequestVolume: 10,
    successRateMinimumHosts: 3,
    failurePercentageRequestVolume: 10,
    failurePercentageMinimumHosts: 3,
    failurePercentageThreshold: 40,
  }),
);

/** @param percents of ten requests each that succeeded */
function hosts(...percents: number[]): Host[] {
  return percents.map((percent, i) => {
    const host = new Host('10.0.0.1', i);
    host.outlier.external.total = 10;
    host.outlier.external.success = percent / 10;
    return host;
  });
}

test('success rate: a host far below the others is an outlier', () => {
  const members = hosts(100, 100, 100, 100, 10);
  const verdict = judgeRates(members, 'external', OPTIONS);
  assert.deepEqual(verdict.belowRate, [members[4]]);
  assert.deepEqual(verdict.aboveFailures, [members[4]]);
  assert.equal(verdict.average, 82);
  assert.ok(Math.abs(verdict.threshold - (82 - 1.9 * 36)) < 1e-9);
  assert.equal(members[4]!.outlier.external.rate, 10);
});

test('success rate: hosts that all fail alike are no outliers, but fail too much', () => {
  const members = hosts(50, 50, 50);
  const verdict = judgeRates(members, 'external', OPTIONS);
  assert.deepEqual(verdict.belowRate, []);
  assert.equal(verdict.aboveFailures.length, 3);
});

test('success rate: too few requests or hosts say nothing, and each interval begins anew', () => {
  const members = hosts(100, 100, 0);
  for (const host of members) host.outlier.external.total = 9;
  assert.equal(judgeRates(members, 'external', OPTIONS).average, -1);
  assert.equal(judgeRates(hosts(100, 0), 'external', OPTIONS).average, -1);
  const again = hosts(100, 100, 0);
  judgeRates(again, 'external', OPTIONS);
  assert.equal(judgeRates(again, 'external', OPTIONS).average, -1);
  assert.equal(again[0]!.outlier.external.rate, -1);
});

test('outlier detection: what is out of range is refused with its path', () => {
  const refused = (config: Parameters<typeof create<typeof OutlierDetectionSchema>>[1], path: string): void =>
    assert.throws(
      () => compileOutlierDetection(create(OutlierDetectionSchema, config)),
      (error) => error instanceof ConfigError && error.path === `outlier_detection.${path}`,
    );
  refused({ maxEjectionPercent: 101 }, 'max_ejection_percent');
  refused({ interval: { seconds: 0n } }, 'interval');
  refused({ baseEjectionTime: { seconds: 9n }, maxEjectionTime: { seconds: 8n } }, 'max_ejection_time');
});
