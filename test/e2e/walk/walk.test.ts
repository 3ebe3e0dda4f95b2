import { test } from 'node:test';
import { Mesh } from '../../support/mesh.js';
import { Walk } from './walk.js';

const isRoot = process.getuid?.() === 0;
const only = process.env['TRYSAIL_WALK'];
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
      const mesh = await Mesh.start({ driver, as });
      try {
        await new Walk(mesh, say).run();
      } catch (error) {
        say(mesh.logs());
        throw error;
      } finally {
        await mesh.stop();
      }
    });
  }
}
