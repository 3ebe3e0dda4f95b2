import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { findEnvoy, NO_ENVOY } from '../../../src/base/testing/find-envoy.js';
import { Certificates } from './runner/certificates.js';
import { checkKnownDifferences, loadKnownDifferences } from './runner/known-differences.js';
import { loadScenarios, titleOf } from './runner/load.js';
import { runScenario } from './runner/run.js';

/** They wait more than they work. */
const SIDE_BY_SIDE = 2 * availableParallelism();

const envoy = findEnvoy();
const scenarios = loadScenarios();
const differences = loadKnownDifferences();

test('every known difference is of a scenario', () => checkKnownDifferences(scenarios, differences));

describe('each scenario, against our proxy and against Envoy', {
  skip: envoy === undefined && NO_ENVOY,
  concurrency: SIDE_BY_SIDE,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-certificates-'));
  const certificates = new Certificates(folder);
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const scenario of scenarios) {
    const reason = differences.get(titleOf(scenario));
    const title = reason === undefined ? titleOf(scenario) : `${titleOf(scenario)} (differs: ${reason})`;
    test(title, () => runScenario(scenario, { envoy: envoy!, certificates }, reason !== undefined));
  }
});
