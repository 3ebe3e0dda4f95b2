import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemCaFile } from './system-ca.js';

const folder = mkdtempSync(join(tmpdir(), 'trysail-ca-'));
after(() => rmSync(folder, { recursive: true }));

test('the system’s authorities, those that the user names, or else those of Node.js', () => {
  const system = join(folder, 'system.pem');
  writeFileSync(system, '');
  assert.equal(systemCaFile({}, folder, ['/nowhere/ca.pem', system]), system);
  assert.equal(systemCaFile({ SSL_CERT_FILE: '/mine.pem' }, folder, [system]), '/mine.pem');
  const own = systemCaFile({}, join(folder, 'new'), ['/nowhere/ca.pem']);
  assert.match(readFileSync(own, 'utf8'), /^-----BEGIN CERTIFICATE-----/);
});
