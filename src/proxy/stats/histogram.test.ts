import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bucketsOf, detailOf, shortNumber } from './histogram-view.js';
import { Histogram } from './metrics.js';

function recorded(values: readonly number[]): Histogram {
  const histogram = new Histogram('h');
  for (const value of values) histogram.record(value);
  return histogram;
}

test('histogram: quantiles are those that Envoy shows for the same values', () => {
  const histogram = recorded([0, 1, 1, 1, 1, 1]);
  const shown = [0, 0.25, 0.5, 0.75, 0.9, 1].map((quantile) => histogram.quantile(quantile));
  assert.deepEqual(
    shown,
    [0, 1.0166666666666666, 1.0333333333333334, 1.0666666666666667, 1.0833333333333333, 1.0833333333333333],
  );
  assert.equal(recorded([3]).quantile(0.5), 3.05);
});

test('histogram: the sum takes the middle of each bin, as Envoy does', () => {
  assert.ok(Math.abs(recorded([1, 1, 3, 26]).cumulative().sum - 31.6349844608428) < 1e-12);
});

test('histogram: a bound that is a value counts it', () => {
  const histogram = recorded([0, 1, 7, 120, 5_000_000_000]);
  const counts = bucketsOf(histogram, [0.5, 1, 5, 100, 3_600_000], false).map(({ cumulative }) => cumulative);
  assert.deepEqual(counts, [1, 2, 2, 3, 4]);
  const disjoint = bucketsOf(histogram, [0.5, 1, 5, 100, 3_600_000], true).map(({ cumulative }) => cumulative);
  assert.deepEqual(disjoint, [1, 1, 0, 1, 1]);
});

test('histogram: values past the last bin count as the largest, negative ones as zero', () => {
  const histogram = recorded([1e12, -5]);
  assert.equal(histogram.count, 2);
  assert.equal(histogram.quantile(0), 0);
  assert.ok(histogram.quantile(1) < 1e10);
});

test('histogram: an interval shows what came in it, and the whole all', () => {
  const histogram = recorded([1]);
  assert.equal(histogram.interval().total, 1, 'the first interval is seen while it runs');
  histogram.flush();
  histogram.record(2);
  assert.deepEqual(detailOf(histogram.interval()), [{ lower_bound: 1, width: 0.1, count: 1 }]);
  assert.equal(histogram.count, 2);
  histogram.flush();
  histogram.flush();
  assert.equal(histogram.interval().total, 0);
  assert.equal(histogram.cumulative().total, 2);
});

test('numbers are written as C++ streams do', () => {
  assert.deepEqual([0.5, 1, 10, 300_000, 1_800_000, 3_600_000, 0.1].map(shortNumber), [
    '0.5',
    '1',
    '10',
    '300000',
    '1.8e+06',
    '3.6e+06',
    '0.1',
  ]);
});
