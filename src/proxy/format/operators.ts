import { ConfigError } from '../errors.js';
import type { Operator, OperatorFactory } from './operator.js';
import { BYTES_OPERATORS } from './operators/bytes.js';
import { CONNECTION_OPERATORS } from './operators/connection.js';
import { METADATA_OPERATORS } from './operators/metadata.js';
import { PROCESS_OPERATORS } from './operators/process.js';
import { REQUEST_OPERATORS, REQUEST_OPERATORS_WITH_ARGUMENT } from './operators/request.js';
import { RESPONSE_OPERATORS, RESPONSE_OPERATORS_WITH_ARGUMENT } from './operators/response.js';
import { TIME_OPERATORS, TIME_OPERATORS_WITH_ARGUMENT } from './operators/time.js';
import { TLS_OPERATORS, TLS_OPERATORS_WITH_ARGUMENT } from './operators/tls.js';
import { UPSTREAM_OPERATORS } from './operators/upstream.js';

const PLAIN: Readonly<Record<string, Operator>> = {
  ...BYTES_OPERATORS,
  ...CONNECTION_OPERATORS,
  ...REQUEST_OPERATORS,
  ...RESPONSE_OPERATORS,
  ...TIME_OPERATORS,
  ...TLS_OPERATORS,
  ...UPSTREAM_OPERATORS,
};

const WITH_ARGUMENT: Readonly<Record<string, OperatorFactory>> = {
  ...METADATA_OPERATORS,
  ...PROCESS_OPERATORS,
  ...REQUEST_OPERATORS_WITH_ARGUMENT,
  ...RESPONSE_OPERATORS_WITH_ARGUMENT,
  ...TIME_OPERATORS_WITH_ARGUMENT,
  ...TLS_OPERATORS_WITH_ARGUMENT,
  COALESCE: coalesce,
};

/** @throws ConfigError for an operator that is not supported */
export function compileOperator(name: string, argument: string | undefined, path: string): Operator {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (plain !== undefined) {
    if (argument !== undefined) throw new ConfigError(path, `the operator %${name}% takes no argument`);
    return plain;
  }
  const factory = Object.hasOwn(WITH_ARGUMENT, name) ? WITH_ARGUMENT[name] : undefined;
  if (factory === undefined) throw new ConfigError(path, `Not supported field in StreamInfo: ${name}`);
  return factory(argument, path);
}

/** More alternatives than anybody writes. */
const ALTERNATIVES_MAX = 32;

/** `%COALESCE({"operators": ["HOSTNAME", {"command": "REQ", "param": "x-id"}]})%`: the first that has a value. */
function coalesce(argument: string | undefined, path: string): Operator {
  const alternatives = alternativesOf(argument, path).map(({ command, param }) =>
    compileOperator(command, param, path),
  );
  return (info) => {
    for (const alternative of alternatives) {
      const value = alternative(info);
      if (value !== undefined && value !== '') return value;
    }
    return undefined;
  };
}

interface Alternative {
  readonly command: string;
  readonly param: string | undefined;
}

function alternativesOf(argument: string | undefined, path: string): readonly Alternative[] {
  const bad = (why: string): ConfigError => new ConfigError(path, `COALESCE: ${why}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(argument ?? '');
  } catch {
    throw bad('its argument is not JSON');
  }
  const { operators } = (parsed ?? {}) as { readonly operators?: unknown };
  if (!Array.isArray(operators) || operators.length === 0) throw bad("'operators' must be a list that is not empty");
  if (operators.length > ALTERNATIVES_MAX) throw bad(`more than ${ALTERNATIVES_MAX} operators`);
  return operators.map((operator: unknown) => {
    if (typeof operator === 'string') return { command: operator, param: undefined };
    const { command, param } = (operator ?? {}) as { readonly command?: unknown; readonly param?: unknown };
    if (typeof command !== 'string') throw bad("an operator needs a 'command'");
    if (command === 'COALESCE') throw bad('it cannot hold itself');
    return { command, param: typeof param === 'string' ? param : undefined };
  });
}
