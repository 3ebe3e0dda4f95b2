/** The next time, in milliseconds since 1970, after `after_ms`; undefined where there is none within five years. */
export type Schedule = (after_ms: number) => number | undefined;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** As far ahead as Kubernetes looks: the 29th of February comes within it. */
const HORIZON_MS = 5 * 366 * 24 * HOUR_MS;

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Words for the values from `min` on. */
  readonly words?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, words: MONTHS },
  { name: 'day of week', min: 0, max: 6, words: DAYS },
];
const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: MINUTE_MS, h: HOUR_MS };

/**
 * A CronJob's schedule: five fields (`30 8-18/2 * * mon-fri`), a word (`@daily`) or an interval (`@every 1h30m`).
 * @param timeZone such as `Europe/Berlin`
 * @throws RangeError that says which field is wrong
 */
export function parseSchedule(text: string, timeZone = 'UTC'): Schedule {
  if (text.startsWith('@every ')) return everyInterval(text.slice('@every '.length));
  const fields = (DESCRIPTORS[text] ?? text).trim().split(/\s+/);
  if (text.startsWith('@') && DESCRIPTORS[text] === undefined) throw new RangeError(`unrecognized descriptor: ${text}`);
  if (fields.length !== FIELDS.length) {
    throw new RangeError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`);
  }
  const sets = fields.map((field, i) => parseField(field, FIELDS[i]!));
  return (after_ms) => nextTime(sets, wallClock(timeZone), after_ms);
}

/** @throws RangeError for a name that is no time zone */
export function checkTimeZone(timeZone: string): void {
  if (timeZone.toLowerCase() === 'local') throw new RangeError('must be an explicit time zone');
  new Intl.DateTimeFormat('en', { timeZone });
}

function everyInterval(text: string): Schedule {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new RangeError(`failed to parse duration @every ${text}`);
  }
  const interval_ms = parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS_MS[unit!]!, 0);
  const whole_ms = Math.max(1000, Math.floor(interval_ms / 1000) * 1000);
  return (after_ms) => Math.floor(after_ms / 1000) * 1000 + whole_ms;
}

interface Values {
  readonly set: ReadonlySet<number>;
  /** `*`: it does not choose among the days. */
  readonly isAny: boolean;
}

function parseField(text: string, field: Field): Values {
  const set = new Set<number>();
  for (const part of text.split(',')) addRange(part, field, set);
  return { set, isAny: /^[*?]/.test(text) };
}

function addRange(text: string, field: Field, set: Set<number>): void {
  const [range = '', step, ...more] = text.split('/');
  if (more.length > 0) throw new RangeError(`too many slashes in ${field.name}: ${text}`);
  const [low = '', high, ...rest] = range.split('-');
  if (rest.length > 0) throw new RangeError(`too many hyphens in ${field.name}: ${text}`);
  const isAny = range === '*' || range === '?';
  const from = isAny ? field.min : numberOf(low, field);
  const lone = step === undefined ? from : field.max;
  const to = isAny ? field.max : high === undefined ? lone : numberOf(high, field);
  const by = step === undefined ? 1 : Number(step);
  if (!Number.isInteger(by) || by < 1) throw new RangeError(`step of ${field.name} must be a positive number: ${text}`);
  if (from > to) throw new RangeError(`beginning of ${field.name} (${from}) is beyond its end (${to}): ${text}`);
  for (let value = from; value <= to; value += by) set.add(value);
}

function numberOf(text: string, { name, min, max, words }: Field): number {
  const word = words?.indexOf(text.toLowerCase()) ?? -1;
  const value = word >= 0 ? word + min : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value)) throw new RangeError(`failed to parse ${name} ${JSON.stringify(text)}`);
  if (value < min || value > max) throw new RangeError(`${name} ${value} is not between ${min} and ${max}`);
  return value;
}

interface Wall {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

/** What the clocks of a time zone show. */
function wallClock(timeZone: string): (time_ms: number) => Wall {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  return (time_ms) => {
    const parts = Object.fromEntries(format.formatToParts(time_ms).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = parts;
    return { minute, hour, day, month, weekday: new Date(Date.UTC(year, month - 1, day)).getUTCDay() };
  };
}

function nextTime(sets: readonly Values[], wallOf: (time_ms: number) => Wall, after_ms: number): number | undefined {
  const [minutes, hours] = sets as [Values, Values];
  let time_ms = (Math.floor(after_ms / MINUTE_MS) + 1) * MINUTE_MS;
  while (time_ms < after_ms + HORIZON_MS) {
    const wall = wallOf(time_ms);
    if (!isDay(sets, wall)) {
      // Not to midnight at once: days that change the clock have 23 or 25 hours.
      time_ms += wall.hour < 22 ? (22 - wall.hour) * HOUR_MS : (60 - wall.minute) * MINUTE_MS;
    } else if (!hours.set.has(wall.hour)) {
      time_ms += (60 - wall.minute) * MINUTE_MS;
    } else if (!minutes.set.has(wall.minute)) {
      time_ms += MINUTE_MS;
    } else {
      return time_ms;
    }
  }
  return undefined;
}

/** Where both the day of the month and that of the week are named, either will do. */
function isDay([, , days, months, weekdays]: readonly Values[], { day, month, weekday }: Wall): boolean {
  if (!months!.set.has(month)) return false;
  const [byMonth, byWeek] = [days!.set.has(day), weekdays!.set.has(weekday)];
  return days!.isAny || weekdays!.isAny ? byMonth && byWeek : byMonth || byWeek;
}
