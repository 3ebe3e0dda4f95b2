import type { Instruction } from './dockerfile.js';
import { invalid } from './dockerfile.js';
import type { Healthcheck } from './image.js';

const UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3_600e9,
};
/** Docker's own limit. */
const DURATION_NS_MIN = 1e6;

/** HEALTHCHECK: kept for who runs the image elsewhere. Throws DOCKERFILE_INVALID. */
export function healthcheckOf(instruction: Instruction): Healthcheck {
  const { text, json, flags, where } = instruction;
  const [kind = '', rest = ''] = [text.split(/\s/)[0]!, text.replace(/^\S+\s*/, '')];
  if (kind.toUpperCase() === 'NONE') {
    if (rest !== '') throw invalid(where, 'HEALTHCHECK NONE takes no arguments');
    return { Test: ['NONE'] };
  }
  if (kind.toUpperCase() !== 'CMD')
    throw invalid(where, `Unknown type ${JSON.stringify(kind)} in HEALTHCHECK (try CMD)`);
  if (rest === '' && !json) throw invalid(where, 'Missing command after HEALTHCHECK CMD');
  const duration = (name: string) => {
    const given = flags[name]?.[0];
    return given === undefined ? undefined : nanoseconds(given, name, where);
  };
  const [interval, timeout] = [duration('interval'), duration('timeout')];
  const [startPeriod, startInterval] = [duration('start-period'), duration('start-interval')];
  const retries = flags['retries']?.[0];
  if (retries !== undefined && !/^[1-9]\d{0,8}$/.test(retries)) {
    throw invalid(where, `--retries must be at least 1 (not ${retries})`);
  }
  return {
    Test: json ? ['CMD', ...json] : ['CMD-SHELL', rest],
    ...(interval !== undefined && { Interval: interval }),
    ...(timeout !== undefined && { Timeout: timeout }),
    ...(startPeriod !== undefined && { StartPeriod: startPeriod }),
    ...(startInterval !== undefined && { StartInterval: startInterval }),
    ...(retries !== undefined && { Retries: Number(retries) }),
  };
}

/** A duration as Go writes it: `1m30s`. */
function nanoseconds(text: string, flag: string, where: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (text === '' || parts.map(([whole]) => whole).join('') !== text) {
    throw invalid(where, `invalid duration ${JSON.stringify(text)} of --${flag}: write it as 30s or 1m30s`);
  }
  const total = parts.reduce((sum, [, count, unit]) => sum + Number(count) * UNITS_NS[unit!]!, 0);
  if (total !== 0 && total < DURATION_NS_MIN) throw invalid(where, `Interval ${flag} cannot be less than 1ms`);
  return total;
}
