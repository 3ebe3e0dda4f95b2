import { ConfigError } from '../errors.js';
import type { HttpStream } from '../http/http-stream.js';
import { FLAG } from '../http/response-flags.js';
import type { TextPredicate } from '../matching/regex.js';
import { RETRY_ON } from '../route/retry-policy.js';

const GRPC_CONDITIONS: ReadonlySet<string> = new Set([
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);
const HTTP_CONDITIONS: ReadonlySet<string> = new Set(
  Object.keys(RETRY_ON).filter((name) => !GRPC_CONDITIONS.has(name)),
);

const isNumber: TextPredicate = (value) => /^\d+$/.test(value);
const isListOf =
  (names: ReadonlySet<string>): TextPredicate =>
  (value) =>
    value.split(',').every((name) => names.has(name.trim()));

/** What the values of headers that ask for something must be. */
const VALID: Readonly<Record<string, TextPredicate>> = {
  'x-envoy-upstream-rq-timeout-ms': isNumber,
  'x-envoy-upstream-rq-per-try-timeout-ms': isNumber,
  'x-envoy-max-retries': isNumber,
  'x-envoy-retry-on': isListOf(HTTP_CONDITIONS),
  'x-envoy-retry-grpc-on': isListOf(GRPC_CONDITIONS),
};

/** Refuses requests whose `x-envoy-*` headers make no sense. @returns whether this one may go on */
export type StrictHeaderCheck = (stream: HttpStream) => boolean;

/** @throws ConfigError for a header that is not checked. @returns undefined when there is nothing to check */
export function compileStrictHeaders(names: readonly string[], path: string): StrictHeaderCheck | undefined {
  const checks = names.map((name, i) => {
    const valid = VALID[name.toLowerCase()];
    if (valid === undefined) throw new ConfigError(`${path}[${i}]`, `${JSON.stringify(name)} cannot be checked`);
    return [name.toLowerCase(), valid] as const;
  });
  if (checks.length === 0) return undefined;
  return (stream) => {
    for (const [name, valid] of checks) {
      const value = stream.headers.get(name);
      if (value === undefined || valid(value)) continue;
      stream.codec.closeAfterAnswer();
      const body = `invalid header '${name}' with value '${value}'`;
      stream.localReply(400, body, FLAG.invalidEnvoyHeaders, `request_headers_failed_strict_check{${name}}`);
      return false;
    }
    return true;
  };
}
