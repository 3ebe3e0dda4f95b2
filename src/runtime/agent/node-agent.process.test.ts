import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { SystemClock } from '../../base/clock.js';
import { SILENT_LOGGER } from '../../base/logger.js';
import { SystemRandom } from '../../base/random.js';
import { EVENTS, PODS } from '../../resources/gvr.js';
import { initContainer, sidecarContainer } from '../../resources/injection/sidecar.js';
import type { EventObject, PodObject } from '../../resources/types.js';
import { ProcessDriver } from '../drivers/process/process-driver.js';
import { responder, SERVICES, temporaryFolder } from '../drivers/process/testing.js';
import { ImageStore } from '../images/image-store.js';
import { LocalPodAccess } from './local-pod-access.js';
import { NodeAgent } from './node-agent.js';
import { FakeProxyHost } from './testing/test-node.js';
import { WatchableApi } from './testing/watchable-api.js';

const SERVER = `
const http = require('node:http');
let healthy = false;
setTimeout(() => { healthy = true; }, 300);
http.createServer((q, s) => { s.statusCode = healthy ? 200 : 503; s.end('ok'); }).listen(8080, () => console.log('up in ' + process.cwd()));
process.on('SIGTERM', () => { console.log('bye'); process.exit(0); });
`;

async function startNode(t: TestContext) {
  const stateDir = await temporaryFolder(t);
  const clock = new SystemClock();
  const api = new WatchableApi(clock);
  const images = new ImageStore({ dir: path.join(stateDir, 'images'), clock });
  const agent = new NodeAgent({
    client: api,
    clusterCa: '',
    nodeName: 'node-1',
    driver: new ProcessDriver({ stateDir, dns: responder({}), ...SERVICES }),
    proxyHost: new FakeProxyHost(),
    images,
    stateDir,
    clock,
    random: new SystemRandom(),
    logger: SILENT_LOGGER,
    version: '0.1.0',
  });
  await agent.start();
  t.after(() => agent.stop());
  return { stateDir, api, images, agent };
}

/** Polls, as nothing here runs on a fake clock. */
async function until(api: WatchableApi, what: (pod: PodObject) => boolean): Promise<PodObject> {
  for (;;) {
    const pod = await api.pod('web');
    if (what(pod)) return pod;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('an image that is built after its pod runs at once, becomes ready by its probe, and ends on deletion', {
  timeout: 30_000,
}, async (t) => {
  const { stateDir, api, images, agent } = await startNode(t);
  const readinessProbe = { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 };
  const ports = [{ name: 'http', containerPort: 8080 }];
  await api.create<PodObject>(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      nodeName: 'node-1',
      initContainers: [initContainer()],
      containers: [{ name: 'app', image: 'shop/web:v1', ports, readinessProbe }, sidecarContainer()],
    },
  });
  await until(api, ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === 'ImagePullBackOff');

  const context = path.join(stateDir, 'source');
  await mkdir(context);
  await writeFile(path.join(context, 'server.js'), SERVER);
  await writeFile(
    path.join(context, 'Dockerfile'),
    'FROM node:20\nWORKDIR /app\nCOPY server.js .\nCMD ["node", "server.js"]\n',
  );
  await images.build({ tags: ['shop/web:v1'], context });

  const ready = await until(
    api,
    ({ status }) => status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ?? false,
  );
  assert.deepEqual(
    ready.status?.containerStatuses?.map((each) => each.ready),
    [true, true],
  );
  const { items } = await api.list<EventObject>(EVENTS);
  const failed = /^Readiness probe failed: HTTP probe failed with statuscode: 503$/;
  assert.ok(items.some(({ message }) => failed.test(message ?? '')));

  const access = new LocalPodAccess(agent);
  const web = { namespace: 'default', name: 'web', node: 'node-1' };
  const following = access.logs(web, { container: 'app', follow: true }).then(async (stream) => {
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    return text;
  });
  await api.delete(PODS, 'web', 'default', { gracePeriodSeconds: 30 });
  await assert.rejects(
    until(api, () => false),
    { status: 404 },
  );
  assert.match(await following, /^up in .*\/app\nbye\n$/);
});
