import type { KubeObject } from '../../../src/resources/object.js';

/** One good object of a kind, to be made bad in one place. */
export type Base = Readonly<Record<string, unknown>> & { readonly apiVersion: string; readonly kind: string };

/** Takes a field away. */
export const REMOVED = Symbol('removed');

/**
 * What to set where, and what the server must say of it. The path is also the field that the error must name, unless a fourth
 * entry names another.
 */
export type Mistake = readonly [path: string, value: unknown, says: RegExp | string, field?: string];

export interface BadManifest {
  readonly what: string;
  readonly object: KubeObject;
  readonly field: string;
  readonly says: RegExp;
}

export function badManifests(base: Base, mistakes: readonly Mistake[]): BadManifest[] {
  return mistakes.map(([path, value, says, field = path]) => ({
    what: `${base.kind} with ${path}: ${shown(value)}`,
    object: changed(base, path, value),
    field,
    says: typeof says === 'string' ? literal(says) : says,
  }));
}

/** A copy with one field set; `a.b[0].c`, and `a[x.y]` for a key with dots. */
export function changed(base: Base, path: string, value: unknown): KubeObject {
  const copy = structuredClone(base) as unknown as KubeObject;
  const steps = [...path.matchAll(/\[([^\]]*)\]|[^.[\]]+/g)].map(([whole, key]) => key ?? whole);
  let parent = copy as unknown as Record<string, unknown>;
  for (const [i, step] of steps.slice(0, -1).entries()) {
    parent[step] ??= /^\d+$/.test(steps[i + 1]!) ? [] : {};
    parent = parent[step] as Record<string, unknown>;
  }
  const last = steps.at(-1)!;
  if (value === REMOVED) delete parent[last];
  else parent[last] = value;
  return copy;
}

export function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}

function shown(value: unknown): string {
  if (value === REMOVED) return 'removed';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
