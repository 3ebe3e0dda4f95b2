#!/usr/bin/env node
// Starts the command. In a checkout it first makes sure that what was built is what the sources say.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error: Trysail needs Node 20.19 or newer; this is ${process.version}\nhint: https://nodejs.org\n`,
  );
  process.exit(1);
}

// An installed package has no sources, and nothing to prepare. TRYSAIL_NO_PREPARE is for callers that have just done it.
if (existsSync(join(root, 'src')) && !process.env.TRYSAIL_NO_PREPARE) {
  await import(pathToFileURL(join(root, 'scripts', 'prepare.mjs')).href);
}

await import(pathToFileURL(join(root, 'dist', 'bundle', 'trysail.js')).href);
