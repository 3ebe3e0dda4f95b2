import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { command } from '../support/command.js';
import { repositoryRoot } from '../support/repository.js';

/** The build that this test is part of. */
const build = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

test('docs/analysis.md lists the codes that the analysis says', async () => {
  const script = join(repositoryRoot(), 'scripts', 'write-analysis.mjs');
  const env = { ...process.env, TRYSAIL_DIST: build };
  const { status, stderr } = await command(process.execPath, [script, '--check'], { env });
  assert.equal(status, 0, stderr);
});
