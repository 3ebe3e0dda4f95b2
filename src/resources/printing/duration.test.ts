import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageSince, humanDuration } from './duration.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test('durations are as coarse as kubectl shows them', () => {
  const expected: [number, string][] = [
    [-5 * SECOND, '<invalid>'],
    [-SECOND, '0s'],
    [119 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [9 * MINUTE + 59 * SECOND, '9m59s'],
    [10 * MINUTE + 5 * SECOND, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR, '3h'],
    [7 * HOUR + 59 * MINUTE, '7h59m'],
    [47 * HOUR, '47h'],
    [48 * HOUR, '2d'],
    [7 * DAY + 3 * HOUR, '7d3h'],
    [8 * DAY + 3 * HOUR, '8d'],
    [729 * DAY, '729d'],
    [730 * DAY, '2y'],
    [3 * 365 * DAY + DAY, '3y1d'],
    [9 * 365 * DAY + DAY, '9y'],
  ];
  for (const [duration_ms, text] of expected) assert.equal(humanDuration(duration_ms), text);
});

test('an age without a time is unknown', () => {
  assert.equal(ageSince(null, 0), '<unknown>');
  assert.equal(ageSince('1970-01-01T00:00:00Z', 5000), '5s');
});
