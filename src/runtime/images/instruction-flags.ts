import { RuntimeError } from '../errors.js';

/** Flags of each instruction (Dockerfile reference); `true`: takes no value. */
const FLAGS: Readonly<Record<string, Readonly<Record<string, boolean>>>> = {
  FROM: { platform: false },
  RUN: { mount: false, network: false, security: false },
  COPY: { from: false, chown: false, chmod: false, link: true, parents: true, exclude: false },
  ADD: { chown: false, chmod: false, link: true, checksum: false, 'keep-git-dir': true, exclude: false, unpack: true },
  HEALTHCHECK: { interval: false, timeout: false, 'start-period': false, 'start-interval': false, retries: false },
};
const REPEATABLE = new Set(['mount', 'exclude']);

/** Takes the flags from the start of an instruction's text. Throws DOCKERFILE_INVALID for one that it does not have. */
export function parseFlags(
  instruction: string,
  text: string,
  where: string,
): { readonly flags: Record<string, string[]>; readonly body: string } {
  const known = FLAGS[instruction];
  const flags: Record<string, string[]> = {};
  let body = text;
  if (!known) return { flags, body };
  for (;;) {
    const [whole, name, given] = /^--([\w-]+)(?:=(\S*))?(?:\s+|$)/.exec(body) ?? [];
    if (whole === undefined || name === undefined) return { flags, body };
    const isBoolean = Object.hasOwn(known, name) ? known[name] : undefined;
    if (isBoolean === undefined) {
      const names = Object.keys(known).map((each) => `--${each}`);
      throw invalid(where, `unknown flag: --${name}`, `${instruction} has ${names.join(', ')}.`);
    }
    if (given === undefined && !isBoolean) throw invalid(where, `missing a value on flag: --${name}`);
    if (isBoolean && given !== undefined && given !== 'true' && given !== 'false') {
      throw invalid(where, `expecting boolean value for flag --${name}, not: ${given}`);
    }
    if (flags[name] && !REPEATABLE.has(name)) throw invalid(where, `duplicate flag specified: --${name}`);
    flags[name] = [...(flags[name] ?? []), given ?? 'true'];
    body = body.slice(whole.length);
  }
}

function invalid(where: string, what: string, hint?: string): RuntimeError {
  return new RuntimeError('DOCKERFILE_INVALID', `${where}: ${what}`, hint);
}
