import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SystemClock } from '../../src/base/clock.js';
import { SILENT_LOGGER } from '../../src/base/logger.js';
import { SeededRandom } from '../../src/base/random.js';
import { compile, proxyOf, type ResourceSet } from '../../src/compiler/index.js';
import { readCase } from '../../src/compiler/testing/case.js';
import { TYPE_URL } from '../../src/proxy/config/config-stream.js';
import { type BoundListener, HostSockets, type ListenOptions, ProxyServer } from '../../src/proxy/index.js';
import { TestAuthority } from '../../src/proxy/testing/test-certificates.js';
import type { Node } from '../../src/xds/types/gen/envoy/config/core/v3/base_pb.js';
import { repositoryRoot } from '../support/repository.js';
import { FixedConfigStream } from './fixed-config-stream.js';

const folder = join(repositoryRoot(), 'src/compiler/testdata');

// The files that the golden inputs name are those of the folder that the proxy runs in.
const home = process.cwd();
const scratch = mkdtempSync(join(tmpdir(), 'trysail-compiled-'));
const authority = new TestAuthority();
const server = authority.issue('server', ['other.example.com']);
const files = { 'ca.pem': authority.cert, 'server.pem': server.cert, 'server-key.pem': server.key };
for (const [name, text] of Object.entries(files)) writeFileSync(join(scratch, name), text);
process.chdir(scratch);
after(() => {
  process.chdir(home);
  rmSync(scratch, { recursive: true });
});

/** Binds nothing: the addresses of the golden inputs are no addresses of this machine. */
class NoSockets extends HostSockets {
  override listen({ address, port }: ListenOptions): Promise<BoundListener> {
    return Promise.resolve({ address, port, close: () => {} });
  }
}

function inputs(): string[] {
  return readdirSync(folder).filter((name) => name.endsWith('.in.yaml'));
}

/** Starts our proxy on what was compiled for it. */
async function load(node: Node, resources: ResourceSet): Promise<void> {
  const proxies = new ProxyServer({ clock: new SystemClock(), random: new SeededRandom(1), logger: SILENT_LOGGER });
  const stream = new FixedConfigStream(resources);
  const identity = { id: node.id, cluster: node.cluster, metadata: {}, locality: { region: '', zone: '' } };
  const proxy = proxies.add({ id: node.id, node: identity, sockets: new NoSockets(), configStream: stream });
  try {
    assert.deepEqual(stream.send(), [], 'the proxy refuses what the compiler gave');
    const listeners = [...(resources.get(TYPE_URL.listener)?.keys() ?? [])];
    await proxy.ready();
    const serving = proxy.listeners.listeners.map((listener) => listener.config.name);
    assert.deepEqual(serving.sort(), listeners.sort(), 'listeners that wait for something');
  } finally {
    await proxies.close();
  }
}

test('there are golden inputs', () => assert.ok(inputs().length > 0));

for (const file of inputs()) {
  const { snapshot, nodes } = readCase(join(folder, file));
  // Those that say that they are Envoy have filters that only Envoy has.
  for (const node of nodes.filter((one) => proxyOf(one) !== undefined && one.userAgentName !== 'envoy')) {
    test(`our proxy takes what ${file} compiles to for ${node.id}`, async () => {
      await load(node, compile(snapshot, node) ?? assert.fail('it is no proxy'));
    });
  }
}
