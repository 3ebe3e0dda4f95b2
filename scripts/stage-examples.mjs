// Puts each example service's compiled program into its own folder, where its Dockerfile finds it: a build can only copy from
// below its context. Runs after the compiler.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

for (const example of readdirSync(join(root, 'examples'))) {
  const sources = join(root, 'examples', example);
  const built = join(root, 'dist', 'examples', example);
  for (const service of readdirSync(sources)) {
    if (!existsSync(join(sources, service, 'Dockerfile'))) continue;
    const app = join(sources, service, 'app');
    rmSync(app, { recursive: true, force: true });
    mkdirSync(app);
    for (const part of [service, 'common']) {
      const isProgram = (path) => !/\.map$|\.test\.js$/.test(path);
      cpSync(join(built, part), join(app, part), { recursive: true, filter: isProgram });
    }
    writeFileSync(join(app, 'package.json'), '{ "type": "module" }\n');
  }
}
