import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Mesh } from '../../support/mesh.js';
import { writeManifests } from './manifests.js';
import { Walk } from './walk.js';

const isRoot = process.getuid?.() === 0;
const only = process.env['TRYSAIL_WALK'];
/** A copy of the tutorial's own manifests to walk instead of ours. */
const given = process.env['TRYSAIL_TUTORIAL'];
const say = (line: string): boolean => process.stdout.write(`${line}\n`);

for (const driver of ['netns', 'process'] as const) {
  for (const as of ['self', 'user'] as const) {
    const name = `${driver} as ${as === 'user' || !isRoot ? 'an ordinary user' : 'root'}`;
    const skip =
      only !== undefined && only !== `${driver}-${as}`
        ? 'TRYSAIL_WALK chose another'
        : as === 'user' && !isRoot
          ? 'the run itself is by an ordinary user'
          : false;
    test(`the tutorial, ${name}`, { skip }, async () => {
      say(`the tutorial, ${name}`);
      const folder = mkdtempSync(join(tmpdir(), 'trysail-walk-'));
      chmodSync(folder, 0o755);
      writeManifests(folder);
      const mesh = await Mesh.start({ driver, as });
      try {
        await new Walk(mesh, given ?? folder, say).run();
      } catch (error) {
        say(mesh.logs());
        throw error;
      } finally {
        rmSync(folder, { recursive: true });
        await mesh.stop();
      }
    });
  }
}
