import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SystemClock } from '../base/clock.js';
import { SILENT_LOGGER } from '../base/logger.js';
import { SeededRandom } from '../base/random.js';
import { HostSockets, loadBootstrap, ProxyServer } from '../proxy/index.js';
import { TestAuthority } from '../proxy/testing/test-certificates.js';
import { compile } from './index.js';
import { staticBootstrap } from './testing/bootstrap.js';
import { readCase } from './testing/case.js';
import { decode } from './testing/decode.js';
import { repoRoot } from './testing/repo-root.js';

const folder = join(repoRoot(), 'src/compiler/testdata');
const scratch = mkdtempSync(join(tmpdir(), 'trysail-proxy-'));
after(() => rmSync(scratch, { recursive: true }));

const authority = new TestAuthority();
const server = authority.issue('server', ['other.example.com']);
writeFileSync(join(scratch, 'ca.pem'), authority.cert);
writeFileSync(join(scratch, 'server.pem'), server.cert);
writeFileSync(join(scratch, 'server-key.pem'), server.key);

for (const file of readdirSync(folder).filter((name) => name.endsWith('.in.yaml'))) {
  test(`our proxy takes what ${file} compiles to`, () => {
    const { snapshot, nodes } = readCase(join(folder, file));
    for (const node of nodes) {
      const resources = decode(compile(snapshot, node) ?? assert.fail(`${node.id} is no proxy`));
      const { message, node: identity } = loadBootstrap(
        JSON.stringify(staticBootstrap(node.id, resources, scratch)),
        {},
      );
      const context = { clock: new SystemClock(), random: new SeededRandom(1), logger: SILENT_LOGGER };
      const options = { id: node.id, node: identity, sockets: new HostSockets(), bootstrap: message };
      new ProxyServer(context).check(options);
    }
  });
}
