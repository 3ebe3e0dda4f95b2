import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { findEnvoy, NO_ENVOY } from '../base/testing/find-envoy.js';
import { TestAuthority } from '../proxy/testing/test-certificates.js';
import { compile } from './index.js';
import { staticBootstrap } from './testing/bootstrap.js';
import { readCase } from './testing/case.js';
import { decode } from './testing/decode.js';
import { repoRoot } from './testing/repo-root.js';

const envoy = findEnvoy();
const folder = join(repoRoot(), 'src/compiler/testdata');
const scratch = mkdtempSync(join(tmpdir(), 'trysail-envoy-'));
after(() => rmSync(scratch, { recursive: true }));

const authority = new TestAuthority();
const server = authority.issue('server', ['other.example.com']);
writeFileSync(join(scratch, 'ca.pem'), authority.cert);
writeFileSync(join(scratch, 'server.pem'), server.cert);
writeFileSync(join(scratch, 'server-key.pem'), server.key);

for (const file of readdirSync(folder).filter((name) => name.endsWith('.in.yaml'))) {
  test(`Envoy loads what ${file} compiles to`, { skip: envoy === undefined && NO_ENVOY }, async () => {
    const { snapshot, nodes } = readCase(join(folder, file));
    for (const [index, node] of nodes.entries()) {
      const resources = decode(compile(snapshot, node) ?? assert.fail(`${node.id} is no proxy`));
      const path = join(scratch, `${file}-${index}.json`);
      writeFileSync(path, JSON.stringify(staticBootstrap(node.id, resources, scratch)));
      const args = ['--mode', 'validate', '--config-path', path, '--log-level', 'error', '--disable-hot-restart'];
      await promisify(execFile)(envoy!, args).catch((error: { stdout?: string; stderr?: string }) =>
        assert.fail(`Envoy refuses the configuration of ${node.id}: ${error.stdout ?? ''}${error.stderr ?? ''}`),
      );
    }
  });
}
