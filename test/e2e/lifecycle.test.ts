import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CommandResult, command } from '../support/command.js';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { leftOf, Mesh } from '../support/mesh.js';
import { repositoryRoot } from '../support/repository.js';
import { buildCart, SHOP } from './shop.js';

const TRYSAIL = join(repositoryRoot(), 'bin', 'trysail.js');
const FREE_PORTS = ['--ingress-port', '0', '--api-port', '0'];
const isRoot = process.getuid?.() === 0;

/** A state folder of a test's own, and commands in it; nothing may be left of it in the end. */
async function withState(
  use: (
    trysail: (...args: string[]) => Promise<CommandResult>,
    env: NodeJS.ProcessEnv,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'trysail-life-'));
  const env = { ...process.env, HOME: folder, XDG_STATE_HOME: folder, TRYSAIL_NO_PREPARE: '1' };
  const trysail = (...args: string[]): Promise<CommandResult> => command(process.execPath, [TRYSAIL, ...args], { env });
  try {
    await use(trysail, env, folder);
    assert.deepEqual(leftOf(folder), []);
  } finally {
    await trysail('down');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function cart(mesh: Mesh): Promise<Kubectl> {
  const kubectl = new Kubectl(mesh, 'default');
  await kubectl.ok('label namespace default istio-injection=enabled');
  await buildCart(mesh);
  await kubectl.ok('apply -f -', SHOP);
  await kubectl.ok('rollout status deploy/cart --timeout=20s');
  return kubectl;
}

async function ask(ingress: string): Promise<void> {
  const answer = await command('curl', [
    '-sS',
    '-m',
    '2',
    '-w',
    '%{http_code}',
    '-H',
    'Host: cart.test',
    `${ingress}/`,
  ]);
  assert.match(answer.stdout, /says hello\n200$/, answer.stderr);
}

/** What a mesh's record says of its processes. */
function recordOf(mesh: Mesh): { control: { pid: number }; node: { pid: number } } {
  return JSON.parse(readFileSync(join(mesh.folder, 'state', 'trysail', 'default', 'instance.json'), 'utf8'));
}

for (const driver of ['netns', 'process'] as const) {
  test(`${driver}: killed processes come back, and a killed control plane loses nothing`, {
    skip: hasKubectl ? false : 'kubectl is not installed',
  }, async () => {
    const mesh = await Mesh.start({ driver, as: 'self' });
    try {
      const kubectl = await cart(mesh);
      await eventually(() => ask(mesh.status.ingress));
      const allReady = async (): Promise<void> => {
        assert.match(await kubectl.ok('get pods --no-headers'), /^cart-\S+ +2\/2 +Running[^\n]*$/);
        await ask(mesh.status.ingress);
      };

      const proxy = leftOf(mesh.folder).find((line) => line.includes('proxy.js'));
      process.kill(Number.parseInt(proxy ?? '', 10), 'SIGKILL');
      await eventually(allReady);

      // A pod that was to be deleted while no agent was there.
      await kubectl.ok('delete pod -l app=cart --wait=false');
      process.kill(recordOf(mesh).node.pid, 'SIGKILL');
      await eventually(allReady);

      process.kill(recordOf(mesh).control.pid, 'SIGKILL');
      await ask(mesh.status.ingress);
      const status = await mesh.trysail(['status']);
      assert.match(status.stderr, /the control plane of the mesh "default" was killed; its pods still run/);

      const again = await mesh.trysail(['up', '-d', '--driver', driver, ...FREE_PORTS]);
      assert.equal(again.status, 0, again.stderr);
      const { ingress } = JSON.parse((await mesh.trysail(['status', '-o', 'json'])).stdout) as { ingress: string };
      await eventually(() => ask(ingress));

      const { control, node } = recordOf(mesh);
      process.kill(control.pid, 'SIGKILL');
      process.kill(node.pid, 'SIGKILL');
    } finally {
      await mesh.stop();
    }
  });
}

/** A foreground `up` in a process group of its own, as a terminal starts it. */
function foreground(env: NodeJS.ProcessEnv, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [TRYSAIL, 'up', ...FREE_PORTS, ...args], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function untilItSays(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<void> {
  let said = '';
  for await (const chunk of child[stream]!) {
    said += chunk;
    if (pattern.test(said)) return;
  }
  assert.fail(`it ended before it said ${pattern}: ${said}`);
}

test('Ctrl-C ends a mesh with all its processes, also when a terminal sends it to the group, and twice', () =>
  withState(async (_trysail, env) => {
    const up = foreground(env);
    await untilItSays(up, 'stdout', /Ctrl-C ends it/);
    process.kill(-up.pid!, 'SIGINT');
    process.kill(-up.pid!, 'SIGINT');
    assert.deepEqual(await once(up, 'exit'), [0, null]);
  }));

test('Ctrl-C while the example is deployed ends everything', () =>
  withState(async (_trysail, env) => {
    const up = foreground(env, '--tutorial');
    await untilItSays(up, 'stderr', /Deploying/);
    up.kill('SIGINT');
    assert.deepEqual(await once(up, 'exit'), [130, null]);
  }));

test('two meshes at once; up again, down again, ports in use', () =>
  withState(async (trysail) => {
    const up = (...args: string[]) => trysail('up', '-d', '--driver', 'process', ...args);
    assert.equal((await up('--name', 'one', ...FREE_PORTS)).status, 0);
    assert.equal((await up('--name', 'two', ...FREE_PORTS)).status, 0);
    assert.match((await up('--name', 'one')).stderr, /^error: a mesh named "one" runs already \(process \d+\)\nhint: /);
    assert.equal((await trysail('down', '--name', 'one')).stdout, 'The mesh "one" has ended.\n');
    assert.equal((await trysail('down', '--name', 'one')).stdout, 'The mesh "one" does not run.\n');
    assert.equal((await trysail('status', '--name', 'two')).status, 0);
    await trysail('down', '--name', 'two');

    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const refused = await up('--ingress-port', String(port));
    taken.close();
    assert.match(refused.stderr, new RegExp(`^error: port ${port} for the ingress is in use\\nhint: `, 'm'));
  }));

test('a state folder with a long name, and one that cannot be written', () =>
  withState(async (_trysail, env, folder) => {
    const long = join(folder, 'x'.repeat(120));
    mkdirSync(long);
    const run = (state: string, ...args: string[]) =>
      command(process.execPath, [TRYSAIL, ...args], { env: { ...env, XDG_STATE_HOME: state } });
    const up = await run(long, 'up', '-d', '--tutorial', ...FREE_PORTS);
    assert.equal(up.status, 0, up.stderr);
    assert.equal((await run(long, 'down')).status, 0);

    const file = join(folder, 'file');
    writeFileSync(file, '');
    assert.match(
      (await run(file, 'up', '-d')).stderr,
      /^error: cannot write to the state folder .*: ENOTDIR\nhint: Set XDG_STATE_HOME/,
    );
  }));

test('what the netns driver needs and lacks is named', () =>
  withState(async (_trysail, env) => {
    const up = await command(process.execPath, [TRYSAIL, 'up', '-d', '--driver', 'netns', ...FREE_PORTS], {
      env: { ...env, PATH: '/nowhere' },
    });
    assert.match(
      up.stderr,
      /^error: the netns driver does not work here: The program "unshare" is missing\nhint: Install util-linux\.$/m,
    );
  }));

test('an ordinary user starts and ends a mesh, three times over', {
  skip: isRoot ? false : 'the other tests are by an ordinary user',
}, async () => {
  for (const driver of ['netns', 'process', 'netns'] as const) {
    const mesh = await Mesh.start({ driver, as: 'user', upArguments: ['--tutorial'] });
    await mesh.stop();
  }
});
