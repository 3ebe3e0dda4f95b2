/** Envoy's form of a time without a format. */
export const DEFAULT_FORMAT = '%Y-%m-%dT%H:%M:%E3SZ';
export const DEFAULT_LOCAL_FORMAT = '%Y-%m-%dT%H:%M:%E3S%z';

/** A time as people read it: in UTC, or where this process is. */
interface Moment {
  readonly epoch_ms: number;
  /** Its UTC fields are those of the wanted zone. */
  readonly date: Date;
  /** Minutes east of UTC. */
  readonly offset_min: number;
}

type Piece = string | ((moment: Moment) => string);

/** `%3f`, `%E3S`, `%Y` … */
const DIRECTIVE = /%(?:E([1-9]|\*)([Sf])|([1-9])f|(?:E)?([a-zA-Z%]))/g;

/**
 * Compiles strftime-like directives. `%3f` and the like give that many digits of the second's fraction, `%E3S` seconds with a
 * fraction, `%s` seconds since the epoch.
 */
export function compileTime(format: string, local = false): (epoch_ms: number) => string {
  if (format === '') return local ? compileTime(DEFAULT_LOCAL_FORMAT, true) : isoTime;
  const pieces = piecesOf(format);
  return (epoch_ms) => {
    const offset_min = local ? -new Date(epoch_ms).getTimezoneOffset() : 0;
    const moment = { epoch_ms, date: new Date(epoch_ms + offset_min * 60_000), offset_min };
    let out = '';
    for (const piece of pieces) out += typeof piece === 'string' ? piece : piece(moment);
    return out;
  };
}

/** Most lines of a log are of the same second as the line before. */
let isoSecond = Number.NaN;
let isoPrefix = '';

/** `2026-01-02T03:04:05.678Z` */
function isoTime(epoch_ms: number): string {
  const second = Math.floor(epoch_ms / 1000);
  if (second !== isoSecond) {
    isoSecond = second;
    isoPrefix = new Date(second * 1000).toISOString().slice(0, 20);
  }
  return `${isoPrefix}${padded(Math.floor(epoch_ms - second * 1000), 3)}Z`;
}

function piecesOf(format: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of format.matchAll(DIRECTIVE)) {
    const [whole, extended, kind, digits, simple] = match;
    pieces.push(format.slice(at, match.index));
    at = match.index + whole.length;
    if (extended !== undefined) {
      const count = extended === '*' ? 9 : Number(extended);
      if (kind === 'S') pieces.push((moment) => `${SIMPLE['S']!(moment)}.${fraction(moment.epoch_ms, count)}`);
      else pieces.push((moment) => fraction(moment.epoch_ms, count));
    } else if (digits !== undefined) pieces.push((moment) => fraction(moment.epoch_ms, Number(digits)));
    else if (simple === 'f') pieces.push((moment) => fraction(moment.epoch_ms, 9));
    else pieces.push(SIMPLE[simple!] ?? whole);
  }
  pieces.push(format.slice(at));
  return pieces.filter((piece) => piece !== '');
}

function fraction(epoch_ms: number, digits: number): string {
  const nanoseconds = Math.floor((((epoch_ms % 1000) + 1000) % 1000) * 1e6);
  return padded(nanoseconds, 9).slice(0, digits);
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAY_MS = 86_400_000;

function padded(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

function zone({ offset_min }: Moment): string {
  const size = Math.abs(offset_min);
  return `${offset_min < 0 ? '-' : '+'}${padded(Math.floor(size / 60), 2)}${padded(size % 60, 2)}`;
}

function hour12({ date }: Moment): string {
  return padded(date.getUTCHours() % 12 || 12, 2);
}

const SIMPLE: Readonly<Record<string, (moment: Moment) => string>> = {
  Y: ({ date }) => String(date.getUTCFullYear()),
  y: ({ date }) => padded(date.getUTCFullYear() % 100, 2),
  C: ({ date }) => padded(Math.floor(date.getUTCFullYear() / 100), 2),
  m: ({ date }) => padded(date.getUTCMonth() + 1, 2),
  d: ({ date }) => padded(date.getUTCDate(), 2),
  e: ({ date }) => String(date.getUTCDate()).padStart(2, ' '),
  j: ({ date }) => padded(Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0)) / DAY_MS) + 1, 3),
  H: ({ date }) => padded(date.getUTCHours(), 2),
  I: hour12,
  M: ({ date }) => padded(date.getUTCMinutes(), 2),
  S: ({ date }) => padded(date.getUTCSeconds(), 2),
  p: ({ date }) => (date.getUTCHours() < 12 ? 'AM' : 'PM'),
  b: ({ date }) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  h: ({ date }) => MONTHS[date.getUTCMonth()]!.slice(0, 3),
  B: ({ date }) => MONTHS[date.getUTCMonth()]!,
  a: ({ date }) => DAYS[date.getUTCDay()]!.slice(0, 3),
  A: ({ date }) => DAYS[date.getUTCDay()]!,
  u: ({ date }) => String(date.getUTCDay() || 7),
  w: ({ date }) => String(date.getUTCDay()),
  F: ({ date }) => date.toISOString().slice(0, 10),
  T: ({ date }) => date.toISOString().slice(11, 19),
  R: ({ date }) => date.toISOString().slice(11, 16),
  D: (moment) => ['m', 'd', 'y'].map((part) => SIMPLE[part]!(moment)).join('/'),
  s: ({ epoch_ms }) => String(Math.floor(epoch_ms / 1000)),
  z: zone,
  Z: (moment) => (moment.offset_min === 0 ? 'UTC' : zone(moment)),
  n: () => '\n',
  t: () => '\t',
  '%': () => '%',
};
