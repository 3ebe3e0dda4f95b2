import type { JsonValue } from '@bufbuild/protobuf';
import { pageOf } from './admin-page.js';
import type { Answer } from './clients/answer.js';
import { bytesOf } from './clients/connect.js';
import type { Http1Client } from './clients/http1.js';
import type { ConnectionSpec, RequestSpec, Step, TalkItem, WaitSpec } from './scenario.js';
import { tally } from './tally.js';
import { TLS_OF, type World } from './world.js';

/** What came of a step: compared between the proxies, and with what the scenario expects. */
export type Outcome = JsonValue | object | undefined;

const WAIT_MS = 15_000;
const CHECK_MS = 10;

/** Whether a step only looks: what it saw may settle a moment later, so it is looked at again. */
export function looks(step: Step): boolean {
  return step.stats !== undefined || step.admin !== undefined || step.file !== undefined;
}

export async function runStep(step: Step, world: World): Promise<Outcome> {
  if (step.background === undefined) return act(step, world);
  const { background, ...rest } = step;
  const work = act(rest, world);
  work.catch(() => {});
  world.background.set(background, work);
  return undefined;
}

async function act(step: Step, world: World): Promise<Outcome> {
  const request = requestOf(step);
  if (request !== undefined) {
    return step.count === undefined ? ask(request, world) : tally(step, () => ask(request, world));
  }
  if (step.talk !== undefined) return talk(step.talk, step.on ?? {}, world);
  if (step.wait !== undefined) return await waitFor(step.wait, world);
  if (step.stats !== undefined) return readStats(step.stats, world);
  if (step.admin !== undefined) return pageOf(await world.page(step.admin, step.method), step);
  if (step.file !== undefined) return world.readFile(step.file);
  if (step.await !== undefined) return (await world.background.get(step.await)) as Outcome;
  return await change(step, world);
}

async function change(step: Step, world: World): Promise<undefined> {
  for (const [name, content] of Object.entries(step.write ?? {})) world.writeFile(name, content);
  if (step.ads !== undefined) world.publish(step.ads);
  if (step.ads_stop) await world.stopControlPlane();
  if (step.ads_start) await world.startControlPlane();
  for (const [name, rules] of Object.entries(step.behave ?? {})) world.upstream(name).behave(rules);
  if (step.release !== undefined) world.upstream(step.release).release();
  if (step.stop !== undefined) await world.upstream(step.stop).stop();
  if (step.start !== undefined) await world.upstream(step.start).start();
  if (step.close !== undefined) world.closeClient(step.close);
}

/** `get: /path` is a request without more. */
function requestOf({ get, request, on }: Step): RequestSpec | undefined {
  if (get !== undefined) return { ...on, path: get };
  return request === undefined ? undefined : { ...on, ...request };
}

async function ask(spec: RequestSpec, world: World): Promise<Answer | { failed: string }> {
  try {
    const client = await world.client(spec);
    const answer = await client.send(world.fill(spec));
    const tls = TLS_OF.get(client);
    world.done(spec, client);
    const ignored = new Set(spec.ignore);
    const headers = answer.headers.filter((field) => !ignored.has(field.slice(0, field.indexOf(':')).toLowerCase()));
    return { ...answer, headers, ...(tls && { tls }) };
  } catch (error) {
    return failure(error);
  }
}

/** How a connection that could not be opened failed; texts of TLS libraries differ, their alerts do not. */
function failure(error: unknown): { failed: string } {
  const text = error instanceof Error ? error.message : String(error);
  const alert = /alert ([a-z ]+):|SSL alert number (\d+)/.exec(text);
  return { failed: alert?.[1] ?? (alert ? `alert ${alert[2]}` : ((error as { code?: string }).code ?? text)) };
}

async function talk(items: readonly TalkItem[], spec: ConnectionSpec, world: World): Promise<Outcome> {
  let client: Http1Client;
  try {
    client = (await world.client(spec, true)) as Http1Client;
  } catch (error) {
    return failure(error);
  }
  const answers: Answer[] = [];
  for (const item of items) await say(world.fill(item), client, answers);
  const tls = TLS_OF.get(client);
  const outcome = { ...(answers.length > 0 && { answers }), text: client.takeRest(), connection: client.howEnded };
  world.done(spec, client);
  return { ...outcome, ...(tls && { tls }) };
}

async function say(item: TalkItem, client: Http1Client, answers: Answer[]): Promise<void> {
  if ('send' in item) client.write(bytesOf(item.send));
  else if ('send_hex' in item) client.write(bytesOf(`hex:${item.send_hex}`));
  else if ('end' in item) client.socket.end();
  else if ('reset' in item) client.socket.resetAndDestroy();
  else if ('until' in item) await client.until(() => !client.isOpen);
  else if (typeof item.receive === 'number') {
    for (let i = 0; i < item.receive; i++) answers.push(await client.receive('GET'));
  } else {
    const { receive } = item;
    await client.until(() => client.rest.includes(receive) || !client.isOpen);
  }
}

async function readStats(stats: NonNullable<Step['stats']>, world: World): Promise<Outcome> {
  const names: readonly string[] = Array.isArray(stats) ? stats : Object.keys(stats);
  const { body } = await world.admin('/stats');
  const values = new Map(
    body.split('\n').map((line) => {
      const colon = line.lastIndexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)] as const;
    }),
  );
  return Object.fromEntries(names.map((name) => [name, Number(values.get(name) ?? -1)]));
}

async function waitFor(wait: WaitSpec, world: World): Promise<undefined> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const missing = await unmet(wait, world);
    if (missing === undefined) return;
    if (Date.now() > deadline) throw new Error(`waited ${WAIT_MS} ms: ${missing}`);
    await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
  }
}

/** @returns what does not hold yet */
async function unmet(wait: WaitSpec, world: World): Promise<string | undefined> {
  const { stat, is, at_least, admin, contains, lacks, logs, file, lines = 1, seen } = wait;
  if (stat !== undefined) {
    const value = await world.stat(world.fill(stat));
    if (is !== undefined ? value !== is : value < (at_least ?? 1)) return `${stat} is ${value}`;
  }
  if (admin !== undefined) {
    const { body } = await world.admin(admin);
    if (contains !== undefined && !body.includes(String(world.fill(contains))))
      return `${admin} is without ${contains}:\n${body}`;
    if (lacks !== undefined && body.includes(String(world.fill(lacks)))) return `${admin} has ${lacks}`;
  }
  if (logs !== undefined && world.logs().length < logs) return `${world.logs().length} lines of access log`;
  if (file !== undefined) {
    const { length } = world.readFile(file).split('\n');
    if (length <= lines) return `${length - 1} lines in ${file}`;
  }
  for (const [name, count] of Object.entries(seen ?? {})) {
    const { length } = world.upstream(name).seen;
    if (length < count) return `${length} requests at ${name}`;
  }
  return undefined;
}
