import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Mesh } from '../../support/mesh.js';
import { writeManifests } from './manifests.js';
import { Walk } from './walk.js';

const isRoot = process.getuid?.() === 0;
/** A copy of the tutorial's own manifests to walk instead of ours. */
const given = process.env['TRYSAIL_TUTORIAL'];

/** The whole walk as one test, in a mesh of its own; each variant is a file, so that they can run side by side. */
export function walkTest(driver: 'netns' | 'process', as: 'self' | 'user'): void {
  const name = `the tutorial, ${driver} as ${as === 'user' || !isRoot ? 'an ordinary user' : 'root'}`;
  const skip = as === 'user' && !isRoot ? 'the run itself is by an ordinary user' : false;
  test(name, { skip }, async () => {
    const say = (line: string): boolean => process.stdout.write(`${driver}-${as} ${line}\n`);
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
