import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import type { PodObject } from '../../../resources/types.js';
import { containerSecurity } from './container-security.js';

async function image(t: TestContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'trysail-test-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, 'etc'));
  await writeFile(path.join(folder, 'etc', 'passwd'), 'root:x:0:0::/root:/bin/sh\napp:x:1234:2345::/app:/bin/sh\n');
  await writeFile(path.join(folder, 'etc', 'group'), 'staff:x:77:\n');
  return folder;
}

function security(
  own: Container['securityContext'],
  ofPod: PodSpec['securityContext'] = {},
  user?: string,
  rootfs?: string,
) {
  const container: Container = { name: 'a', ...(own && { securityContext: own }) };
  const pod: PodObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n', uid: 'u' },
    spec: { containers: [container], ...(ofPod && { securityContext: ofPod }) },
  };
  return containerSecurity({ pod, container, image: user === undefined ? {} : { User: user }, rootfs });
}

test('a container comes before its pod, and both before the USER of the image', async (t) => {
  const rootfs = await image(t);
  assert.deepEqual(await security({}), {});
  assert.deepEqual(await security({ runAsUser: 5 }, { runAsUser: 6, runAsGroup: 7 }), {
    user: { uid: 5, gid: 7, groups: [] },
  });
  assert.deepEqual(await security({}, {}, 'app', rootfs), { user: { uid: 1234, gid: 2345, groups: [] } });
  assert.deepEqual(await security({}, {}, 'app:staff', rootfs), { user: { uid: 1234, gid: 77, groups: [] } });
  assert.deepEqual(await security({ runAsUser: 1234 }, {}, 'root', rootfs), {
    user: { uid: 1234, gid: 2345, groups: [] },
  });
  assert.deepEqual(await security({}, { supplementalGroups: [3], fsGroup: 4 }), {
    user: { uid: 0, gid: 0, groups: [3, 4] },
  });
  assert.deepEqual(await security({}, {}, 'nobody-has-this-name', rootfs), {});
});

test('rights are taken as they are asked for, and not where all are given', async () => {
  assert.deepEqual(await security({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true }), {
    readOnlyRoot: true,
    noNewPrivileges: true,
  });
  assert.deepEqual(await security({ capabilities: { drop: ['ALL'] } }), { capabilities: { add: [], drop: ['ALL'] } });
  assert.deepEqual(await security({ privileged: true, capabilities: { drop: ['ALL'] } }), {});
});

test('runAsNonRoot: what would be root is refused in the words of the kubelet', async () => {
  const refused = (own: Container['securityContext'], user?: string) =>
    security({ runAsNonRoot: true, ...own }, {}, user).then(
      () => 'runs',
      (error: Error) => error.message,
    );
  const who = '(pod: "p_n(u)", container: a)';
  assert.equal(await refused({}), `container has runAsNonRoot and image will run as root ${who}`);
  assert.equal(await refused({}, '0:0'), `container has runAsNonRoot and image will run as root ${who}`);
  assert.equal(await refused({ runAsUser: 0 }, '5'), `container's runAsUser breaks non-root policy ${who}`);
  assert.equal(
    await refused({}, 'app'),
    `container has runAsNonRoot and image has non-numeric user (app), cannot verify user is non-root ${who}`,
  );
  assert.equal(await refused({ runAsUser: 5 }), 'runs');
  assert.equal(await refused({}, '1001'), 'runs');
});
