import { isDeepStrictEqual } from 'node:util';
import type { Answer } from './clients/answer.js';
import type { Step } from './scenario.js';

/** What a step must come to for both, as a check that says what is wrong; undefined: the two must only be alike. */
export function expectation(step: Step): ((outcome: unknown) => string | undefined) | undefined {
  const { expect, stats } = step;
  if (stats !== undefined && !Array.isArray(stats)) {
    return (outcome) =>
      isDeepStrictEqual(outcome, stats) ? undefined : `expected are ${text(stats)}, not ${text(outcome)}`;
  }
  if (expect === undefined) return undefined;
  if (typeof expect === 'string') {
    return (outcome) => (text(outcome).includes(expect) ? undefined : `${text(outcome)} is without ${expect}`);
  }
  return (outcome) => {
    const answer = outcome as Answer;
    for (const key of ['status', 'body', 'ends'] as const) {
      const [wanted, got] = [expect[key], answer[key]];
      if (wanted !== undefined && wanted !== got) return `${key} is ${text(got)}, not ${text(wanted)}`;
    }
    const { headers = [], trailers = [] } = answer;
    return fields(expect.headers, headers) ?? fields(expect.trailers, trailers);
  };
}

/** A value of null: no such field. */
function fields(expected: Readonly<Record<string, string | null>> = {}, got: readonly string[]): string | undefined {
  for (const [name, value] of Object.entries(expected)) {
    const values = got
      .filter((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}: `))
      .map((one) => one.slice(name.length + 2));
    const shown = values.length === 0 ? null : values.join(', ');
    if (shown !== (value === null ? null : String(value))) return `${name} is ${text(shown)}, not ${text(value)}`;
  }
  return undefined;
}

function text(value: unknown): string {
  return JSON.stringify(value);
}
