import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { Cgroups } from './cgroups.js';
import { cannotMakeNamespaces, spawnAgent, type TestUser, testUsers, userFolder } from './testing-users.js';

const SCENARIO = new URL('./testing-scenario.js', import.meta.url);
const LIMIT_MS = 30_000;

type Findings = Record<
  string,
  { stdout: string; stderr: string; exitCode: number; signal?: string } & string & string[]
>;

async function findings(t: TestContext, user: TestUser): Promise<Findings> {
  const folder = userFolder(t, user);
  const agent = spawnAgent(user, SCENARIO, [folder], folder);
  t.after(() => agent.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  agent.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  agent.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(agent, 'close');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

for (const user of testUsers()) {
  const options = {
    skip: cannotMakeNamespaces(user),
    timeout: LIMIT_MS,
  };

  test(`netns driver, ${user.title}`, options, async (t) => {
    const found = await findings(t, user);
    await t.test('TCP to a service goes through both sidecars, which know where it was going', () => {
      assert.equal(found['captured'], `served by server for ::ffff:${found['serverIP']}`);
      assert.deepEqual(found['seen']?.slice(0, 2), ['10.96.3.4:9080 at 15001', `${found['serverIP']}:9080 at 15006`]);
    });
    await t.test(
      'what is outside of the mesh is dialled from the host',
      { skip: found['egress'] === undefined },
      () => {
        assert.equal(found['egress'], 'the host');
      },
    );
    await t.test('a pod without a sidecar reaches services, as they change, and is refused where there is none', () => {
      const served = 'served by other for ::ffff:plain';
      assert.deepEqual(found['plain'], [served, served, 'ECONNREFUSED']);
    });
    await t.test('a pod with a sidecar reaches services over UDP, and is refused where there is none', () => {
      assert.deepEqual(found['datagrams'], ['echo hello', 'ECONNREFUSED']);
    });
    await t.test(
      'a container runs as whom it should, so far as this user can, with the rights and files it should',
      () => {
        const isRoot = user.title === 'as root';
        assert.deepEqual(found['confined'], [
          ...(isRoot ? ['1234', '2345 3456'] : ['0', '0']),
          ...['closed', 'closed', 'open', 'said'],
          'CapBnd:\t0000000000000400',
          'NoNewPrivs:\t1',
          '',
        ]);
      },
    );
    await t.test('a folder in memory takes no more than it may, and goes', () => {
      assert.deepEqual([found['inMemory'], found['released']], ['tmpfs full', []]);
    });
    // Without control groups of its own a user's limits have no effect, which the pod's warnings say.
    if (user.title === 'as root' && Cgroups.areUsable()) {
      await t.test('a container that wants more memory than its limit ends', () => {
        assert.deepEqual(found['limited'], { exitCode: 137, signal: 'SIGKILL', outOfMemory: true });
      });
    }
    await t.test('sockets of a pod are made in its network, host ports on the host', () => {
      assert.equal(found['onHost'], 'from 127.0.0.1');
      assert.equal(found['inPod'], `from ${found['serverIP']}`);
      assert.equal(found['bound'], 'from 127.0.0.9');
      assert.deepEqual(found['burst'], ['from 127.0.0.1']);
      assert.equal(found['inUse'], 'Cannot listen on 0.0.0.0:15021: the address is in use');
      assert.match(String(found['refusedSocket']), /ECONNREFUSED/);
    });
    await t.test('a probe reaches the program itself', () => {
      assert.equal(found['probe'], 'served by server for ::ffff:127.0.0.1');
      assert.match(String(found['refused']), /ECONNREFUSED/);
    });
    await t.test('a container sees the image over the host, and its pod', () => {
      const { stdout, stderr, exitCode } = found['container']!;
      const lines = [
        'from the image',
        'image',
        'mountedmounted',
        'client',
        'client',
        '1 hello',
        '/home:',
        '',
        '/root:',
        'writable',
        'read-only',
      ];
      assert.deepEqual(stdout.trim().split('\n'), [...lines, '192.0.2.1       alias.example', '1', 'host']);
      assert.equal(stderr, 'oops\n');
      assert.equal(exitCode, 7);
    });
    await t.test('neighbours that come and go leave the name server reachable', () => {
      assert.equal(found['before'], '10.96.3.4');
      assert.equal(found['after'], '10.96.3.4');
      const hex = (found['clientIP'] as string).split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'));
      assert.equal(found['hardware'], `0a:58:${hex.join(':')}`);
    });
    await t.test('SIGTERM ends a program that never thought of it, and reaches the one that did', () => {
      assert.deepEqual(found['terminated'], { exitCode: 143, signal: 'SIGTERM' });
      assert.deepEqual(found['trapped'], { exitCode: 5 });
      assert.equal(found['aborted'], 137);
      assert.equal(found['execKilled'], 143);
    });
    await t.test('a command runs beside a container, with or without a terminal', () => {
      assert.deepEqual(found['exec'], { stdout: 'input\nserver\nsh\n', stderr: 'err\n', exitCode: 3 });
      const { stdout, exitCode } = found['terminal']!;
      assert.match(stdout, /\/dev\/pts\/0\r\n40 100\r\ngot hello/);
      assert.equal(exitCode, 4);
      assert.match(String(found['execAfterEnd']), /is not running/);
    });
    await t.test('what cannot start says why', () => {
      assert.equal(found['missing'], 'exec: "no-such-program": executable file not found in $PATH');
      assert.match(String(found['noFolder']), /working directory "\/nowhere" does not exist/);
    });
  });

  test(`netns driver, ${user.title}: nothing outlives a killed agent`, options, async (t) => {
    const folder = userFolder(t, user);
    const before = mountsUnder(folder);
    const wrapper = spawnAgent(user, SCENARIO, [folder, 'stay'], folder);
    await once(wrapper.stdout, 'data');
    const namespaces = namespacesOf(descendants(wrapper.pid as number));
    assert.ok(namespaces.size > 0);
    wrapper.kill('SIGKILL');
    await once(wrapper, 'exit');
    await gone(namespaces);
    assert.deepEqual(mountsUnder(folder), before);
  });
}

function mountsUnder(folder: string): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(folder));
}

function processes(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
}

function descendants(root: number): number[] {
  const parents = new Map(processes().map((pid) => [pid, parentOf(pid)]));
  const isBelow = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter((pid) => pid !== root && isBelow(pid));
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

function namespacesOf(pids: readonly number[]): Set<string> {
  const own = readlinkSync('/proc/self/ns/pid');
  return new Set(pids.map(pidNamespaceOf).filter((found) => found !== undefined && found !== own) as string[]);
}

function pidNamespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** The kernel kills a namespace's processes right after its first one; the test's own limit ends a vain wait. */
async function gone(namespaces: ReadonlySet<string>): Promise<void> {
  while (processes().some((pid) => namespaces.has(pidNamespaceOf(pid) ?? ''))) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
