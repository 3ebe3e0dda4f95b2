import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEnvoy, NO_ENVOY } from '../../../src/base/testing/find-envoy.js';
import { Certificates } from './runner/certificates.js';
import { checkKnownDifferences, loadKnownDifferences } from './runner/known-differences.js';
import { loadScenarios, titleOf } from './runner/load.js';
import { Different, runScenario } from './runner/run.js';
import type { Scenario } from './runner/scenario.js';

// Runs scenarios against both proxies: main.js [PART-OF-A-TITLE ...]; all of them without one.
const SIDE_BY_SIDE = 2 * availableParallelism();

async function main(parts: readonly string[]): Promise<number> {
  const envoy = findEnvoy();
  if (envoy === undefined) {
    process.stderr.write(`${NO_ENVOY}\n`);
    return 1;
  }
  const all = loadScenarios();
  const differences = loadKnownDifferences();
  checkKnownDifferences(all, differences);
  const scenarios = all.filter((one) => parts.length === 0 || parts.some((part) => titleOf(one).includes(part)));
  const folder = mkdtempSync(join(tmpdir(), 'trysail-certificates-'));
  const certificates = new Certificates(folder);
  let failed = 0;
  const run = async (scenario: Scenario): Promise<void> => {
    const started = performance.now();
    const reason = differences.get(titleOf(scenario));
    try {
      await runScenario(scenario, { envoy, certificates }, reason !== undefined);
      const note = reason === undefined ? '' : ` (differs: ${reason})`;
      process.stdout.write(`ok ${titleOf(scenario)}${note} ${Math.round(performance.now() - started)} ms\n`);
    } catch (error) {
      failed++;
      const text = error instanceof Different ? error.message : error instanceof Error ? error.stack : String(error);
      process.stdout.write(`FAILED ${titleOf(scenario)}\n${String(text).replace(/^/gm, '    ')}\n`);
    }
  };
  const queue = [...scenarios];
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(next);
    }),
  );
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`\n${scenarios.length - failed} of ${scenarios.length} scenarios passed\n`);
  return failed > 0 || scenarios.length === 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
