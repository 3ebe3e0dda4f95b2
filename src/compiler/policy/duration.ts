import { parseDuration } from '../../expr/index.js';

/** Milliseconds of a duration that validation has let through. */
export function milliseconds(text: string | undefined, otherwise: string): number {
  const parsed = parseDuration(text ?? otherwise);
  if (parsed === undefined) throw new RangeError(`Cannot parse duration ${JSON.stringify(text)}`);
  return parsed;
}
