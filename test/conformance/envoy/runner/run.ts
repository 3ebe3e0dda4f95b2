import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Certificates } from './certificates.js';
import { bodyText } from './clients/answer.js';
import { difference } from './difference.js';
import { expectation } from './expectation.js';
import { normaliseAll } from './normalise.js';
import { Refused, startEnvoy, startOurProcess, startOurs } from './proxies.js';
import type { Scenario, Step } from './scenario.js';
import { looks, runStep } from './steps.js';
import type { Seen } from './upstreams/upstream.js';
import { World } from './world.js';

/** How long what is looked at may take until it is the same for both. */
const SETTLE_MS = 3_000;
const CHECK_MS = 15;

export interface Runtime {
  readonly envoy: string;
  readonly certificates: Certificates;
}

/** Two proxies did not do the same, or not what the scenario expects. */
export class Different extends Error {}

/**
 * Runs a scenario step by step against both proxies.
 * @param differs it is known to, and must
 * @throws Different
 */
export async function runScenario(scenario: Scenario, runtime: Runtime, differs = false): Promise<void> {
  try {
    await compare(scenario, runtime);
  } catch (error) {
    if (differs && error instanceof Different) return;
    throw error;
  }
  if (differs) throw new Different('no longer differs: take it out of known-differences.yaml');
}

async function compare(scenario: Scenario, { envoy, certificates }: Runtime): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-scenario-'));
  const ours = new World(scenario, certificates, join(folder, 'ours'));
  const theirs = new World(scenario, certificates, join(folder, 'envoy'));
  try {
    const [first, second] = await Promise.all([
      refusal(ours.start(scenario.process === true ? startOurProcess : startOurs)),
      refusal(theirs.start((make, at) => startEnvoy(envoy, make, at))),
    ]);
    if (!agreeOnStart(scenario, first, second)) return;
    const pair = new Pair(ours, theirs);
    for (const [index, step] of (scenario.steps ?? []).entries()) await pair.step(step, index);
    await pair.compareRecords();
  } finally {
    await Promise.all([ours.close(), theirs.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function refusal(start: Promise<void>): Promise<string | undefined> {
  try {
    await start;
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

/** @returns whether both run */
function agreeOnStart({ refused }: Scenario, ours: string | undefined, theirs: string | undefined): boolean {
  if (refused === undefined) {
    if (ours !== undefined) throw new Different(`our proxy refuses the configuration: ${ours}`);
    if (theirs !== undefined) throw new Different(`Envoy refuses the configuration: ${theirs}`);
    return true;
  }
  if (ours === undefined) throw new Different('our proxy takes a configuration that must be refused');
  if (theirs === undefined) throw new Different('Envoy takes a configuration that must be refused');
  if (!ours.includes(refused)) throw new Different(`our proxy refuses it without saying ${refused}: ${ours}`);
  return false;
}

class Pair {
  constructor(
    private readonly ours: World,
    private readonly theirs: World,
  ) {}

  async step(step: Step, index: number): Promise<void> {
    const where = `step ${index + 1} (${titleOf(step)})`;
    const expected = expectation(step);
    await this.same(
      where,
      looks(step),
      async (world) => {
        try {
          return await runStep(step, world);
        } catch (error) {
          throw new Different(`${where}, ${world === this.ours ? 'our proxy' : 'Envoy'}: ${messageOf(error)}`, {
            cause: error,
          });
        }
      },
      expected,
    );
  }

  /** What the upstreams saw and what the access logs say, at the end. */
  async compareRecords(): Promise<void> {
    const { seen = true, log = true, connections = false } = this.ours.scenario.compare ?? {};
    const upstreams = [...this.ours.upstreams.keys()];
    if (seen !== false) {
      await this.same('what the upstreams saw', true, async (world) =>
        Object.fromEntries(upstreams.map((name) => [name, inOrder(world.upstream(name).seen.map(withoutOrder), seen)])),
      );
    }
    if (connections) {
      await this.same('connections to the upstreams', true, async (world) =>
        Object.fromEntries(upstreams.map((name) => [name, world.upstream(name).connections])),
      );
    }
    if (log !== false) await this.same('the access log', true, async (world) => inOrder(world.logs(), log));
  }

  private async same(
    what: string,
    settles: boolean,
    look: (world: World) => Promise<unknown>,
    expected?: (outcome: unknown) => string | undefined,
  ): Promise<void> {
    const deadline = Date.now() + (settles ? SETTLE_MS : 0);
    for (;;) {
      const worlds = [this.ours, this.theirs];
      const [ours, theirs] = await Promise.all(
        worlds.map(async (world) => normaliseAll(await look(world), world.normalise)),
      );
      const wrong = expected?.(theirs);
      const same = isDeepStrictEqual(ours, theirs);
      if (same && wrong === undefined) return;
      if (Date.now() >= deadline) {
        if (!same) throw new Different(`${what} differs:\n${difference(ours, theirs)}`);
        throw new Different(`${what}: both show the same, but ${wrong}`);
      }
      await new Promise((resolve) => setTimeout(resolve, CHECK_MS));
    }
  }
}

/** Header order says nothing, except among values of one name. */
function withoutOrder(seen: Seen): Seen {
  return { ...seen, headers: [...seen.headers].sort(), body: bodyText(seen.body) };
}

function inOrder<T>(items: readonly T[], how: boolean | 'sorted'): readonly T[] {
  return how === 'sorted' ? [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : items;
}

function titleOf(step: Step): string {
  const [key, value] = Object.entries(step)[0] ?? ['', ''];
  return `${key}: ${typeof value === 'string' ? value : JSON.stringify(value)}`.slice(0, 100);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
