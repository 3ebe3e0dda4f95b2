import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { FOLDER, titleOf } from './load.js';
import type { Scenario } from './scenario.js';

export const FILE = 'known-differences.yaml';

/** Title of a scenario -> what differs there, and why. */
export type KnownDifferences = ReadonlyMap<string, string>;

export function loadKnownDifferences(): KnownDifferences {
  const entries = (parse(readFileSync(join(FOLDER, FILE), 'utf8')) ?? []) as readonly Readonly<
    Record<string, string>
  >[];
  return new Map(
    entries.map(({ scenario, what, reason }) => {
      if (!scenario || !what || !reason) throw new Error(`${FILE}: an entry has not scenario, what and reason`);
      return [scenario, `${what}: ${reason}`];
    }),
  );
}

/** @throws Error for an entry of a scenario that is not there */
export function checkKnownDifferences(scenarios: readonly Scenario[], differences: KnownDifferences): void {
  const titles = new Set(scenarios.map(titleOf));
  const unknown = [...differences.keys()].filter((title) => !titles.has(title));
  if (unknown.length > 0) throw new Error(`${FILE}: there is no scenario ${unknown.join(', ')}`);
}
