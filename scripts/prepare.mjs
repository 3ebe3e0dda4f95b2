// Makes the checkout ready to run: installs the dependencies when they are missing or older than the lock file, and builds when
// a source is newer than the last build. Does nothing, in a few milliseconds, when all is in place.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const INSTALLED = join(root, 'node_modules', '.package-lock.json');
const BUILT = join(root, 'dist', '.built');
const INSTALL = ['install', '--no-audit', '--no-fund', '--ignore-scripts'];

/** Newest modification time below `path`, in milliseconds. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function run(what, command, args) {
  process.stderr.write(`${what} …\n`);
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.error) throw done.error;
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function main() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    process.stderr.write(
      `Trysail needs Node 20.19 or newer; this is ${process.version}. Install a newer one: https://nodejs.org\n`,
    );
    process.exit(1);
  }
  if (newest(INSTALLED) < newest(join(root, 'package-lock.json')) && !process.env.TRYSAIL_SKIP_INSTALL) {
    // Not `npm ci`: it refuses a lock file that was made where other systems' optional binaries could not be seen.
    run('Installing dependencies', 'npm', [...INSTALL, '--no-save', '--loglevel=error']);
  }
  const sources = ['src', 'bench', 'test', 'examples', 'tsconfig.json', 'package-lock.json'];
  if (newest(BUILT) < Math.max(...sources.map((name) => newest(join(root, name))))) {
    run('Building', process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json']);
    run('Bundling', process.execPath, [join(root, 'scripts', 'bundle.mjs')]);
    run('Staging the examples', process.execPath, [join(root, 'scripts', 'stage-examples.mjs')]);
    writeFileSync(BUILT, '');
  }
}

main();
