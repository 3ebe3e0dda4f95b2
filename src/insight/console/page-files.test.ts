import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InsightError } from '../errors.js';
import { loadPageFiles } from './page-files.js';

test('a package without the page says so when the mesh starts, not when the page is asked for', () => {
  assert.throws(
    () => loadPageFiles('/nowhere'),
    (error) => error instanceof InsightError && error.code === 'CONSOLE_FILES_MISSING',
  );
});
