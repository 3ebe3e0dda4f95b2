// Makes one file of each process' modules: 700 small ones take Node half a second to find and load, one takes a third of that.
// Native packages stay outside; workers and the preload keep running from their own files in dist/src.
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const main = join(root, 'dist', 'src', 'main');
const outdir = join(root, 'dist', 'bundle');

/** A module that asks where it is must hear its own place, not the bundle's. */
const ownUrls = {
  name: 'own-urls',
  setup(build) {
    build.onLoad({ filter: /[\\/]dist[\\/]src[\\/].*\.js$/ }, ({ path }) => {
      const place = JSON.stringify(relative(outdir, path).split(sep).join('/'));
      const text = readFileSync(path, 'utf8').replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`);
      return { contents: text, loader: 'js' };
    });
  },
};

rmSync(outdir, { recursive: true, force: true });
await build({
  entryPoints: {
    trysail: join(main, 'trysail.js'),
    detached: join(main, 'up', 'detached.js'),
    node: join(main, 'node', 'process.js'),
    proxy: join(main, 'proxy', 'process.js'),
  },
  outdir,
  bundle: true,
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['koffi', 'lmdb'],
  plugins: [ownUrls],
  // CommonJS packages inside the bundle call require for Node's own modules.
  banner: {
    js: "import { createRequire as trysailRequire } from 'node:module'; const require = trysailRequire(import.meta.url);",
  },
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
});
