import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTimeZone, parseSchedule } from './schedule.js';

function next(schedule: string, after: string, timeZone?: string): string | undefined {
  const time_ms = parseSchedule(schedule, timeZone)(Date.parse(after));
  return time_ms === undefined ? undefined : new Date(time_ms).toISOString().replace(':00.000Z', 'Z');
}

const TIMES: readonly (readonly [schedule: string, after: string, expected: string, zone?: string])[] = [
  ['* * * * *', '2026-01-01T00:00:30Z', '2026-01-01T00:01Z'],
  ['*/15 * * * *', '2026-01-01T00:15:00Z', '2026-01-01T00:30Z'],
  ['5-10/5,40 3 * * *', '2026-01-01T03:10:00Z', '2026-01-01T03:40Z'],
  ['0 0 29 2 *', '2026-01-01T00:00:00Z', '2028-02-29T00:00Z'],
  ['0 9 * * mon-fri', '2026-01-02T09:00:00Z', '2026-01-05T09:00Z'],
  ['0 0 13 * FRI', '2026-03-01T00:00:00Z', '2026-03-06T00:00Z'],
  ['@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00Z'],
  ['@every 1h30m', '2026-01-01T00:10:00Z', '2026-01-01T01:40Z'],
  ['30 8 * * *', '2026-07-01T00:00:00Z', '2026-07-01T06:30Z', 'Europe/Berlin'],
  ['30 8 * * *', '2026-01-01T00:00:00Z', '2026-01-01T07:30Z', 'Europe/Berlin'],
  // 02:30 does not exist on the day on which summer time begins.
  ['30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-30T00:30Z', 'Europe/Berlin'],
  ['0 0 * * *', '2026-06-30T18:00:00Z', '2026-06-30T18:30Z', 'Asia/Kolkata'],
];

for (const [schedule, after, expected, zone] of TIMES) {
  test(`${schedule} after ${after}${zone ? ` in ${zone}` : ''} is ${expected}`, () => {
    assert.equal(next(schedule, after, zone), expected);
  });
}

test('a day that never comes has no time', () => {
  assert.equal(next('0 0 31 2 *', '2026-01-01T00:00:00Z'), undefined);
});

test('what is wrong is named', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['* * * *', /expected exactly 5 fields, found 4/],
    ['60 * * * *', /minute 60 is not between 0 and 59/],
    ['* * * * 7', /day of week 7 is not between 0 and 6/],
    ['*/0 * * * *', /step of minute must be a positive number/],
    ['9-3 * * * *', /beginning of minute \(9\) is beyond its end \(3\)/],
    ['x * * * *', /failed to parse minute "x"/],
    ['@often', /unrecognized descriptor/],
    ['@every soon', /failed to parse duration/],
  ];
  for (const [schedule, message] of wrong) assert.throws(() => parseSchedule(schedule), message, schedule);
  assert.throws(() => checkTimeZone('Mars/Olympus'), RangeError);
});
