import type { RequestSpec } from '../../explain/index.js';
import type { Transaction } from './run.js';
import type { Statistics } from './statistics.js';
import type { TimesRow } from './times.js';

const PERCENTILES = [50, 75, 90, 95, 99, 99.9];
const ROWS_MAX = 10;
/** Characters of the longest bar. */
const BAR = 40;
const BYTES_PER_MB = 1024 * 1024;

/** The names that `siege --json-output` has, in its units: percent, seconds, megabytes. */
function figures(statistics: Statistics, elapsed_ms: number) {
  const { times, successful, failed, bytes, availability } = statistics;
  const elapsed_s = elapsed_ms / 1_000;
  const perSecond = (value: number): number => (elapsed_s > 0 ? value / elapsed_s : 0);
  return {
    transactions: successful,
    availability,
    elapsed_time: elapsed_s,
    data_transferred: bytes / BYTES_PER_MB,
    response_time: times.mean_ms / 1_000,
    transaction_rate: perSecond(successful),
    throughput: perSecond(bytes / BYTES_PER_MB),
    concurrency: perSecond(times.total_ms / 1_000),
    successful_transactions: successful,
    failed_transactions: failed,
    longest_transaction: times.max_ms / 1_000,
    shortest_transaction: times.count === 0 ? 0 : times.min_ms / 1_000,
  };
}

/** What siege prints at its end, then percentiles, a histogram, and what failed. */
export function reportText(statistics: Statistics, elapsed_ms: number): string {
  const all = figures(statistics, elapsed_ms);
  const rows: [string, string, string?][] = [
    ['Transactions', count(all.transactions), 'hits'],
    ['Availability', all.availability.toFixed(2), '%'],
    ['Elapsed time', all.elapsed_time.toFixed(2), 'secs'],
    ['Data transferred', all.data_transferred.toFixed(2), 'MB'],
    ['Response time', all.response_time.toFixed(2), 'secs'],
    ['Transaction rate', all.transaction_rate.toFixed(2), 'trans/sec'],
    ['Throughput', all.throughput.toFixed(2), 'MB/sec'],
    ['Concurrency', all.concurrency.toFixed(2)],
    ['Successful transactions', count(all.successful_transactions)],
    ['Failed transactions', count(all.failed_transactions)],
    ['Longest transaction', all.longest_transaction.toFixed(2)],
    ['Shortest transaction', all.shortest_transaction.toFixed(2)],
  ];
  // As wide as siege's, whose lines end at column 36.
  const lines = rows.map(
    ([name, value, unit]) => `${name}:${value.padStart(35 - name.length)}${unit === undefined ? '' : ` ${unit}`}\n`,
  );
  return `\n${lines.join('')}${percentiles(statistics)}${histogram(statistics)}${failures(statistics)}`;
}

export function reportJson(statistics: Statistics, elapsed_ms: number): string {
  const { times, failures: reasons } = statistics;
  const value = {
    ...figures(statistics, elapsed_ms),
    percentiles: Object.fromEntries(PERCENTILES.map((percent) => [percent, times.percentile(percent) / 1_000])),
    histogram: rowsOf(statistics).map(({ from_ms, to_ms, count }) => ({
      from: from_ms / 1_000,
      to: to_ms / 1_000,
      count,
    })),
    failures: Object.fromEntries(reasons),
  };
  const rounded = JSON.stringify(value, (_, each) => (typeof each === 'number' ? Number(each.toFixed(6)) : each), 2);
  return `${rounded}\n`;
}

/** A line for one transaction, as `siege -v` has it. */
export function transactionLine({ status, bytes, took_ms, error }: Transaction, { method, path }: RequestSpec): string {
  const seconds = (took_ms / 1_000).toFixed(2).padStart(7);
  const what = status === undefined ? `${error}:` : `HTTP/1.1 ${status}`;
  return `${what}  ${seconds} secs: ${String(bytes).padStart(7)} bytes ==> ${method.padEnd(4)} ${path}\n`;
}

function count(value: number): string {
  return String(value);
}

/** Few times in many rows would be mostly gaps. */
function rowsOf({ times }: Statistics): TimesRow[] {
  return times.rows(Math.min(ROWS_MAX, Math.ceil(Math.sqrt(times.count))));
}

function percentiles({ times }: Statistics): string {
  if (times.count === 0) return '';
  const lines = PERCENTILES.map((percent) => `${`${percent} %`.padStart(10)}  ${time(times.percentile(percent))}\n`);
  return `\nAnswered within\n${lines.join('')}`;
}

function histogram(statistics: Statistics): string {
  const rows = rowsOf(statistics);
  const most = Math.max(...rows.map((row) => row.count));
  const lines = rows.map(({ from_ms, to_ms, count }) => {
    const bar = '█'.repeat(Math.ceil((count / most) * BAR));
    return `${time(from_ms)} –${time(to_ms)}  ${bar}${bar === '' ? '' : ' '}${count}\n`;
  });
  return rows.length === 0 ? '' : `\nResponse times\n${lines.join('')}`;
}

function failures({ failures: reasons }: Statistics): string {
  const lines = [...reasons]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, many]) => `${count(many).padStart(10)}  ${reason}\n`);
  return lines.length === 0 ? '' : `\nFailures\n${lines.join('')}`;
}

function time(ms: number): string {
  const text = ms >= 1_000 ? `${(ms / 1_000).toFixed(2)} s ` : `${ms.toFixed(ms < 10 ? 2 : 1)} ms`;
  return text.padStart(10);
}
