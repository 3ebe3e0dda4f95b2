import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Overview } from '../../src/insight/console/overview.js';
import { Mesh } from '../support/mesh.js';

let mesh: Mesh;
before(async () => {
  mesh = await Mesh.start({ driver: 'process', as: 'self' });
});
after(() => mesh.stop());

test('the link of `trysail console` signs in to the console of the mesh that runs', async () => {
  assert.equal((await fetch(`${mesh.status.console}/api/overview`)).status, 401);
  const printed = await mesh.trysail(['console']);
  const link = new URL(printed.stdout.trim());
  assert.equal(link.origin, mesh.status.console);

  const signedIn = await fetch(link, { redirect: 'manual' });
  assert.deepEqual([signedIn.status, signedIn.headers.get('location')], [303, '/']);
  const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;
  const page = await fetch(mesh.status.console, { headers: { cookie } });
  assert.match(await page.text(), /<script type="module" src="\/app.js">/);

  const answer = await fetch(`${mesh.status.console}/api/overview`, { headers: { cookie } });
  const overview = (await answer.json()) as Overview;
  assert.equal(overview.mesh.ingress, mesh.status.ingress);
  assert.ok(overview.services.some(({ namespace, name }) => `${namespace}/${name}` === 'default/kubernetes'));
});

test('the token is for this user alone', () => {
  const files = readdirSync(mesh.folder, { recursive: true, encoding: 'utf8' });
  const token = files.find((file) => file.endsWith('console-token'));
  assert.equal(statSync(join(mesh.folder, token!)).mode & 0o777, 0o600);
});
