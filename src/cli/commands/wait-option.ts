import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Acknowledged } from '../acknowledged.js';
import type { CliDependencies } from '../dependencies.js';
import type { ApiSession } from '../session.js';

const WAIT_DEFAULT = '30s';
/** Longer, and something else is wrong. */
const WAIT_MAX_S = 3_600;
const UNITS_S: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60 };
const WAITING_COMMANDS: ReadonlySet<string> = new Set(['apply', 'create', 'replace', 'delete']);

export interface WaitOptions {
  /** Seconds. */
  readonly wait?: number;
}

/** `--wait` or `--wait=10s`. */
export function addWaitOption(command: Command): Command {
  const text = `return when all proxies have it; a time is given as --wait=10s, otherwise it is ${WAIT_DEFAULT}`;
  return command.addOption(new Option('--wait <timeout>', text).argParser(seconds));
}

/** The command line with the time that a plain `--wait` means: an option whose value may be left out would take the next word for it. */
export function withWaitTime(args: readonly string[]): string[] {
  if (!WAITING_COMMANDS.has(args[0] ?? '')) return [...args];
  return args.map((word) => (word === '--wait' ? `--wait=${WAIT_DEFAULT}` : word));
}

/** @returns undefined where nobody waits */
export async function waitFor(
  { wait }: WaitOptions,
  session: ApiSession,
  { stdout, stderr, now }: CliDependencies,
): Promise<Acknowledged | undefined> {
  if (wait === undefined) return undefined;
  const { Acknowledged } = await import('../acknowledged.js');
  return new Acknowledged({ session, stdout, stderr, now, timeout_s: wait });
}

function seconds(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text) ?? [];
  const value = Number(number) * (UNITS_S[unit] ?? 0);
  if (value > 0 && value <= WAIT_MAX_S) return value;
  throw new InvalidArgumentError(`A time such as 10s or 2m, at most ${WAIT_MAX_S / UNITS_S['m']!}m, is needed.`);
}
