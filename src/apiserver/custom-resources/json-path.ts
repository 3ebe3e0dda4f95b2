import { isObject } from '../json.js';

type Step =
  | { readonly field: string }
  | { readonly index: number }
  | 'all'
  | { readonly where: readonly [string, string] };

const ESCAPED_DOT = '\uE000';
const STEP =
  /\.([A-Za-z0-9_$/\uE000-]+)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(-?\d+)\]|\[\*\]|\.\*|\[\?\(@\.([A-Za-z0-9_.-]+)\s*==\s*["']([^"']*)["']\)\]/gy;

/**
 * Compiles the JSONPath that printer columns use: fields (also quoted, also with escaped dots), indexes, `[*]`, and
 * `[?(@.type=="Ready")]`. Undefined where the text is none.
 *
 * @returns a function to all values at the path
 */
export function compileJsonPath(path: string): ((root: unknown) => unknown[]) | undefined {
  const steps: Step[] = [];
  // A dot within a name is written `\.`; it must not end the name.
  const text = path.replaceAll('\\.', ESCAPED_DOT);
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (!match) return undefined;
    const [, plain, single, double, index, field, wanted] = match;
    const name = plain ?? single ?? double;
    if (name !== undefined) steps.push({ field: name.replaceAll(ESCAPED_DOT, '.').replace(/\\(.)/g, '$1') });
    else if (index !== undefined) steps.push({ index: Number(index) });
    else if (field !== undefined) steps.push({ where: [field, wanted ?? ''] });
    else steps.push('all');
  }
  return (root) => steps.reduce((values: unknown[], step) => values.flatMap((value) => take(value, step)), [root]);
}

function take(value: unknown, step: Step): unknown[] {
  if (step === 'all') return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  if ('index' in step) {
    const item = Array.isArray(value) ? value.at(step.index) : undefined;
    return item === undefined ? [] : [item];
  }
  if ('where' in step) {
    const [field, wanted] = step.where;
    return Array.isArray(value) ? value.filter((item) => String(fieldAt(item, field)) === wanted) : [];
  }
  const found = isObject(value) && Object.hasOwn(value, step.field) ? value[step.field] : undefined;
  return found === undefined ? [] : [found];
}

function fieldAt(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, field) => (isObject(at) ? at[field] : undefined), value);
}
