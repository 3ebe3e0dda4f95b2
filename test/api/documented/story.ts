import assert from 'node:assert/strict';
import type { Answer, Caller } from '../caller.js';

/** One call and what Kubernetes documents of its answer. `{x}` in path, body and expectations stands for what was kept as x. */
export interface Step {
  /** `POST /api/v1/namespaces`; from the second step on `/…` may continue the story's own path with a leading `.`. */
  readonly call: string;
  readonly body?: unknown;
  /** Content-Type of the body; JSON where it is absent. */
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly is: number;
  /** Paths in the answer, with what stands there; a pattern for text, `undefined` for nothing, THERE for anything. */
  readonly has?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, RegExp>>;
  /** What later steps need: name -> path in the answer. */
  readonly keep?: Readonly<Record<string, string>>;
}

export interface Story {
  readonly name: string;
  /** Where Kubernetes documents it. */
  readonly source: string;
  readonly steps: readonly Step[];
}

export const THERE = Symbol('there');

export async function tell(caller: Caller, { steps, source }: Story): Promise<void> {
  const kept = new Map<string, string>();
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => kept.get(name) ?? whole);
  for (const [i, step] of steps.entries()) {
    const [method = '', path = ''] = step.call.split(' ');
    const body = step.body === undefined ? undefined : fill(JSON.stringify(step.body));
    const headers = { ...(step.type && { 'content-type': step.type }), ...step.headers };
    const answer = await caller.call(method, fill(path), body, headers);
    const where = `step ${i + 1}, ${step.call} (${source}): ${answer.status} ${answer.text.slice(0, 600)}`;
    assert.equal(answer.status, step.is, where);
    for (const [at, wanted] of Object.entries(step.has ?? {})) check(answer, at, wanted, fill, where);
    for (const [name, shape] of Object.entries(step.header ?? {})) {
      assert.match(String(answer.headers[name] ?? ''), shape, `${name}, ${where}`);
    }
    for (const [name, at] of Object.entries(step.keep ?? {})) kept.set(name, String(answer.at(at)));
  }
}

function check(answer: Answer, at: string, wanted: unknown, fill: (text: string) => string, where: string): void {
  const found = answer.at(at);
  if (wanted === THERE) assert.ok(found !== undefined && found !== null && found !== '', `${at}, ${where}`);
  else if (wanted instanceof RegExp) assert.match(String(found), wanted, `${at}, ${where}`);
  else assert.deepEqual(found, typeof wanted === 'string' ? fill(wanted) : wanted, `${at}, ${where}`);
}

export const MAPS = '/api/v1/namespaces/default/configmaps';
export const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
export const PODS = '/api/v1/namespaces/default/pods';
export const MERGE = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

type Body = Readonly<Record<string, unknown>>;

export function map(name: string, data: Body = {}, metadata: Body = {}): Body {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

export function pod(name: string, metadata: Body = {}): Body {
  const containers = [{ name: 'a', image: 'b' }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, ...metadata }, spec: { containers } };
}

export function deployment(name: string, replicas = 1): Body {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'a', image: 'b' }] } };
  const spec = { replicas, selector: { matchLabels: labels }, template };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec };
}
