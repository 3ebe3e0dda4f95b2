import type { LogLevel, LogThreshold } from '../../base/logger.js';
import { type AdminCall, type AdminHandler, type Page, text } from './page.js';

/** There is one logger; `level` and its name mean the same. */
const LOGGER = 'proxy';

/** Envoy's levels as ours. */
const LEVELS: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  critical: 'error',
  off: 'off',
};

const USAGE = `usage: /logging?<name>=<level> (change single level)
usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)
usage: /logging?level=<level> (change all levels)
levels: trace debug info warning error critical off
`;

/** `/logging` */
export const LOGGING_HANDLER: AdminHandler = {
  path: '/logging',
  help: 'query/change logging levels',
  mutates: true,
  parameters: [
    {
      name: 'paths',
      help: 'Change multiple logging levels by setting to <logger_name1>:<desired_level1>,<logger_name2>:<desired_level2>',
    },
    { name: 'level', help: 'desired logging level, this will change all loggers’s level', values: Object.keys(LEVELS) },
  ],
  handle: logging,
};

function logging({ options, query }: AdminCall): Page {
  const threshold = options.logThreshold;
  if (threshold === undefined) return text('The log of this proxy belongs to what started it.\n', 503);
  const problem = change(threshold, [...query]);
  if (problem !== undefined) return text(`error: ${problem}\n\n${USAGE}${listing(threshold)}`, 400);
  return text(listing(threshold));
}

/** @returns what is wrong with the request; nothing was changed then */
function change(threshold: LogThreshold, parameters: readonly (readonly [string, string])[]): string | undefined {
  const [first, ...rest] = parameters;
  if (first === undefined) return undefined;
  if (rest.length > 0) return 'invalid number of parameters';
  const [key, value] = first;
  if (value === '' && (key === 'level' || key === 'paths')) return undefined;
  const wanted = key === 'paths' ? value.split(',') : [`${key === 'level' ? LOGGER : key}:${value}`];
  let chosen: LogLevel | undefined;
  for (const pair of wanted) {
    const [name, level = ''] = pair.split(':');
    chosen = LEVELS[level];
    if (chosen === undefined) return 'unknown logger level';
    if (name !== LOGGER) return 'unknown logger name';
  }
  threshold.level = chosen!;
  return undefined;
}

function listing(threshold: LogThreshold): string {
  return `active loggers:\n  ${LOGGER}: ${threshold.level === 'warn' ? 'warning' : threshold.level}\n\n`;
}
