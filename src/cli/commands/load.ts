import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option } from 'commander';
import { SystemClock } from '../../base/clock.js';
import type { CliDependencies } from '../dependencies.js';
import { EXIT_FAILURE } from '../errors.js';
import type { CurlOptions } from '../explain/curl-request.js';
import type { Plan } from '../load/run.js';
import type { RegisterCommand } from './command.js';

const USERS_DEFAULT = 10;
/** A constant rate needs so many that slow answers do not hold it up. */
const CONNECTIONS_DEFAULT = 100;
const USERS_MAX = 10_000;
const ROUNDS_MAX = 1_000_000;
const RATE_MAX = 100_000;
const TIME_DEFAULT_MS = 10_000;
const TIME_MAX_MS = 24 * 3_600_000;
const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

interface LoadOptions extends CurlOptions {
  readonly concurrent?: number;
  readonly reps?: number;
  readonly time?: number;
  readonly rate?: number;
  readonly insecure?: boolean;
  readonly verbose?: boolean;
  readonly output: 'text' | 'json';
}

const HELP = `
Examples:
  trysail load -r 2 -c 20 -v http://127.0.0.1:8080/productpage   20 users at once, 2 requests each
  trysail load -c 50 -t 30s http://127.0.0.1:8080/               as fast as 50 users get their answers
  trysail load --rate 100 -t 1m http://127.0.0.1:8080/           100 a second, however long answers take
  trysail load -t 10s -H 'Host: shop.example.org' -o json http://127.0.0.1:8080/

Prints what siege prints. An answer below 400 is a success; redirects are not followed. Ctrl-C ends it with what there is.`;

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export const registerLoad: RegisterCommand = (program, dependencies) => {
  program
    .command('load')
    .description('send many requests, and say how many were answered and how fast')
    .argument('<url>', 'plain HTTP goes by $http_proxy, as with curl')
    .option(
      '-c, --concurrent <users>',
      `how many at once: ${USERS_DEFAULT}; with --rate how many connections: ${CONNECTIONS_DEFAULT}`,
      wholeNumber(USERS_MAX),
    )
    .option('-r, --reps <count>', 'requests of each user', wholeNumber(ROUNDS_MAX))
    .addOption(
      new Option('-t, --time <time>', 'for how long, such as 10s; without -r it is 10s').argParser(milliseconds),
    )
    .option('--rate <count>', 'requests in a second, sent whether or not answers come', wholeNumber(RATE_MAX))
    .option('-X, --request <method>', 'as of curl')
    .option('-H, --header <line>', 'as of curl; may be given again', collect)
    .option('-d, --data <body>', 'as of curl: makes it a POST; @FILE reads a file')
    .option('-A, --user-agent <text>', 'as of curl')
    .option('-k, --insecure', 'do not check the certificate of the server')
    .option('-v, --verbose', 'a line for each request')
    .addOption(new Option('-o, --output <format>', 'form of the output').choices(['text', 'json']).default('text'))
    .addOption(new Option('-b, --benchmark', 'as of siege: there is never a pause').hideHelp())
    .addHelpText('after', HELP)
    .action((url: string, options: LoadOptions) => load(url, options, dependencies));
};

async function load(url: string, options: LoadOptions, dependencies: CliDependencies): Promise<void> {
  const [{ curlRequest }, { openSender }, { runLoad }, { Statistics }, report] = await Promise.all([
    import('../explain/curl-request.js'),
    import('../load/sender.js'),
    import('../load/run.js'),
    import('../load/statistics.js'),
    import('../load/report.js'),
  ]);
  const { stdout, stderr, env, version } = dependencies;
  const request = curlRequest([url], { userAgent: `trysail/${version}`, ...options });
  const plan = planOf(options);
  const body = bodyOf(options.data);
  const common = { request, env, insecure: options.insecure ?? false, ...(body !== undefined && { body }) };
  // A connection for each user, as a browser's is its own; at a constant rate whichever is free.
  const senders =
    plan.rate_per_s === undefined
      ? Array.from({ length: plan.users }, () => openSender({ ...common, connections: 1 }))
      : [openSender({ ...common, connections: plan.users })];
  const statistics = new Statistics();
  const lines = options.verbose && options.output === 'text';
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // Neither a waiting timer nor an idle connection keeps the process.
  const alive = setInterval(() => {}, TIME_MAX_MS);
  try {
    if (options.output === 'text') stderr.write(`${heading(plan)}\n`);
    const elapsed_ms = await runLoad(plan, {
      clock: new SystemClock(),
      signal: interrupt.signal,
      send: (user, signal) => (senders[user] ?? senders[0]!).send(signal),
      onTransaction: (transaction) => {
        statistics.record(transaction);
        if (lines) stdout.write(report.transactionLine(transaction, request));
      },
    });
    const write = options.output === 'json' ? report.reportJson : report.reportText;
    stdout.write(write(statistics, elapsed_ms));
    if (statistics.successful === 0) process.exitCode = EXIT_FAILURE;
  } finally {
    clearInterval(alive);
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await Promise.all(senders.map((sender) => sender.close()));
  }
}

function planOf({ concurrent, reps, time, rate }: LoadOptions): Plan {
  const time_ms = time ?? (reps === undefined ? TIME_DEFAULT_MS : undefined);
  const users = concurrent ?? (rate === undefined ? USERS_DEFAULT : CONNECTIONS_DEFAULT);
  return {
    users,
    ...(reps !== undefined && { total: reps * users }),
    ...(time_ms !== undefined && { time_ms }),
    ...(rate !== undefined && { rate_per_s: rate }),
  };
}

function heading({ users, total, time_ms, rate_per_s }: Plan): string {
  const who = rate_per_s === undefined ? `${users} at once` : `${rate_per_s} a second on ${users} connections`;
  const until = [
    ...(total === undefined ? [] : [`${total} requests`]),
    ...(time_ms === undefined ? [] : [`${time_ms / 1_000} s`]),
  ];
  return `Sending ${who}, ${until.join(' or ')} …`;
}

function bodyOf(data: string | undefined): string | undefined {
  return data?.startsWith('@') ? readFileSync(data.slice(1), 'utf8') : data;
}

function wholeNumber(max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= max) return value;
    throw new InvalidArgumentError(`Use a whole number from 1 to ${max}.`);
  };
}

function milliseconds(text: string): number {
  // siege writes its units large.
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.toLowerCase()) ?? [];
  const value = Number(number) * (UNITS_MS[unit] ?? 0);
  if (value > 0 && value <= TIME_MAX_MS) return value;
  throw new InvalidArgumentError('Use a time such as 10s, 2m or 1h, at most 24h.');
}
