import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { KubeObject } from '../../src/resources/object.js';
import { BASES, BOATS } from './bad-manifests/bases.js';
import { BAD_CUSTOM } from './bad-manifests/custom.js';
import { generatedManifests } from './bad-manifests/generated.js';
import { BAD_ISTIO } from './bad-manifests/istio.js';
import type { BadManifest, Base } from './bad-manifests/manifest.js';
import { BAD_OTHERS } from './bad-manifests/others.js';
import { BAD_PODS } from './bad-manifests/pods.js';
import { RAW_BODIES } from './bad-manifests/raw.js';
import { BAD_STORAGE } from './bad-manifests/storage.js';
import { BAD_WORKLOADS } from './bad-manifests/workloads.js';
import { type Answer, Caller, valueAt } from './caller.js';
import { type RunningApi, startApiServer } from './server.js';

/** An answer that takes longer is as good as none; a busy machine needs some of it. */
const ANSWER_MS_MAX = 20_000;
/** What a terminal can show: more than this is no error that anyone reads. */
const MESSAGE_CHARS_MAX = 64 * 1024;

let running: RunningApi;
let caller: Caller;
let atFirst: string[];

async function start(t: TestContext): Promise<void> {
  running = await startApiServer(t);
  caller = new Caller(t, running.kubeconfig);
  const answer = await caller.call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', BOATS);
  assert.equal(answer.status, 201, answer.text);
  atFirst = await stored();
}

/** Everything that is there, by kind and name. */
async function stored(): Promise<string[]> {
  const lists = running.api.kinds.all().map(async ({ group, version, definition }) => {
    const { items } = await running.api.list({ group, version: version.name, resource: definition.plural });
    return items.map(({ metadata }) => `${definition.kind} ${metadata.namespace ?? ''}/${metadata.name}`);
  });
  return (await Promise.all(lists)).flat().sort();
}

function pathOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  const served = running.api.kinds.findKind(apiVersion, kind);
  assert.ok(served, `${apiVersion} ${kind} is served`);
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}${served.definition.namespaced ? '/namespaces/default' : ''}/${served.definition.plural}`;
}

async function timed(what: string, call: () => Promise<Answer>): Promise<Answer> {
  const started = Date.now();
  const answer = await call();
  assert.ok(Date.now() - started < ANSWER_MS_MAX, `${what}: answered after ${Date.now() - started} ms`);
  assert.ok(answer.text.length < MESSAGE_CHARS_MAX, `${what}: ${answer.text.length} characters of message`);
  return answer;
}

/** What is wrong with the answer, or undefined. */
function fault(answer: Answer, { object, field, says }: BadManifest): string | undefined {
  const message = String(answer.at('message'));
  const causes = (answer.at('details.causes') ?? []) as { field?: string; message?: string }[];
  if (answer.status !== 422 && answer.status !== 400) return `status ${answer.status}: ${message.slice(0, 300)}`;
  if (!message.includes(object.kind)) return `does not name the kind: ${message.slice(0, 300)}`;
  if (!says.test(message)) return `says ${message.slice(0, 400)}, not ${says}`;
  if (answer.status === 400) return undefined;
  const name = valueAt(object, 'metadata.name');
  if (typeof name === 'string' && !message.includes(JSON.stringify(name))) return `does not name ${name}`;
  if (causes.some((cause) => (cause.field ?? '') === field && says.test(cause.message ?? ''))) return undefined;
  return `names ${causes.map((cause) => cause.field).join(', ')}, not ${field}`;
}

async function refusesAll(manifests: readonly BadManifest[]): Promise<void> {
  const faults: string[] = [];
  for (const manifest of manifests) {
    const { what, object } = manifest;
    const path = pathOf(object);
    const answer = await timed(what, () => caller.call('POST', `${path}?fieldValidation=Strict`, object));
    const wrong = fault(answer, manifest);
    if (wrong !== undefined) faults.push(`${what}: ${wrong}`);
    // What should not be there must not hide what is wrong with the next.
    if (answer.status < 300) await caller.call('DELETE', `${path}/bad`);
    const { name } = object.metadata ?? {};
    // The name is that of the URL there, whatever the object's own field says of it.
    if (manifest.field === 'metadata.name' || typeof name !== 'string') continue;
    const apply = `${path}/${name}?fieldManager=me&fieldValidation=Strict`;
    const applied = await timed(what, () =>
      caller.call('PATCH', apply, object, { 'content-type': 'application/apply-patch+yaml' }),
    );
    if (applied.status < 300) await caller.call('DELETE', `${path}/bad`);
    if (fault(applied, manifest) !== undefined) faults.push(`${what}, applied: ${fault(applied, manifest)}`);
  }
  assert.equal(faults.join('\n'), '');
  assert.deepEqual(await stored(), atFirst, 'nothing is left of what was refused');
}

test('bad manifests', async (t) => {
  await start(t);
  const schemaOf = ({ apiVersion, kind }: { apiVersion: string; kind: string }) =>
    running.api.kinds.findKind(apiVersion, kind)?.version.schema;
  const generated = generatedManifests(schemaOf);
  const byHand = [...BAD_PODS, ...BAD_WORKLOADS, ...BAD_STORAGE, ...BAD_OTHERS, ...BAD_ISTIO, ...BAD_CUSTOM];

  await t.test('there are at least 300, and what they were made from is good', async () => {
    assert.ok(byHand.length >= 300, `${byHand.length} by hand, ${generated.length} generated`);
    for (const base of BASES) {
      const { status, text } = await caller.call('POST', `${pathOf(base)}?dryRun=All&fieldValidation=Strict`, base);
      assert.equal(status, 201, `${base.kind}: ${text}`);
    }
  });
  await t.test('pods', () => refusesAll(BAD_PODS));
  await t.test('workloads', () => refusesAll(BAD_WORKLOADS));
  await t.test('storage, budgets, priorities', () => refusesAll(BAD_STORAGE));
  await t.test('services, ingresses, data, roles', () => refusesAll(BAD_OTHERS));
  await t.test('kinds of Istio', () => refusesAll(BAD_ISTIO));
  await t.test('definitions and custom resources', () => refusesAll(BAD_CUSTOM));
  await t.test('generated: wrong types and misspelt names in every kind', () => refusesAll(generated));
  await t.test('bodies that are none', async () => {
    const faults: string[] = [];
    for (const { what, path, body, type = 'application/json', status, says } of RAW_BODIES) {
      const url = `${path}?fieldValidation=Strict`;
      const answer = await timed(what, () => caller.call('POST', url, body, { 'content-type': type }));
      const message = String(answer.at('message'));
      if (answer.status !== status || !says.test(message)) {
        faults.push(`${what}: ${answer.status} ${message.slice(0, 300)}, not ${status} ${says}`);
      }
    }
    assert.equal(faults.join('\n'), '');
    assert.deepEqual(await stored(), atFirst, 'nothing is left of what was refused');
  });
  await t.test('a good object stays as it is, whatever is put in its place', async () => {
    const faults: string[] = [];
    for (const base of BASES) {
      const bad = [...byHand, ...generated].filter(({ object }) => object.kind === base.kind);
      faults.push(...(await stays(base, bad)));
    }
    assert.equal(faults.join('\n'), '');
  });
});

async function stays(base: Base, bad: readonly BadManifest[]): Promise<string[]> {
  const path = pathOf(base);
  const url = `${path}/${(base['metadata'] as { name: string }).name}`;
  assert.equal((await caller.call('POST', path, base)).status, 201);
  const good = (await caller.call('GET', url)).body as KubeObject;
  const faults: string[] = [];
  for (const { what, field, object } of bad) {
    // Without a name, that of the URL counts.
    if (field === 'metadata.name' && !object.metadata.name) continue;
    const { status, text } = await timed(what, () => caller.call('PUT', `${url}?fieldValidation=Strict`, object));
    if (status < 400 || status >= 500) faults.push(`${what}: ${status} ${text.slice(0, 300)}`);
  }
  assert.deepEqual((await caller.call('GET', url)).body, good);
  await caller.call('DELETE', url);
  return faults;
}
