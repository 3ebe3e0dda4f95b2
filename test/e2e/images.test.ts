import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually, hasKubectl, Kubectl } from '../support/kubectl.js';
import { Mesh } from '../support/mesh.js';

const isRoot = process.getuid?.() === 0;
const PROGRAMS = ['sh', 'cat', 'ls', 'sleep', 'id'];

/** Programs of this machine with all that they load: enough for an image with a root of its own. */
function copyPrograms(folder: string): void {
  for (const name of PROGRAMS) {
    const program = realpathSync(execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim());
    const lines = execFileSync('ldd', [program], { encoding: 'utf8' });
    const libraries = [...lines.matchAll(/(?:=>\s*)?(\/\S+)\s+\(/g)].map(([, path]) => path!);
    for (const [from, to] of [[program, `/bin/${name}`], ...libraries.map((path) => [path, path])]) {
      mkdirSync(join(folder, dirname(to!)), { recursive: true });
      copyFileSync(from!, join(folder, to!));
      chmodSync(join(folder, to!), 0o755);
    }
  }
}

for (const as of ['self', 'user'] as const) {
  const skip = hasKubectl
    ? as === 'user' && !isRoot && 'needs root, to become another user'
    : 'kubectl is not installed';
  describe(`images in netns, ${as === 'self' ? 'as who runs the test' : 'as an ordinary user'}`, { skip }, () => {
    let mesh: Mesh;
    let kubectl: Kubectl;
    let context: string;
    let registry: string;

    before(async () => {
      if (skip) return;
      mesh = await Mesh.start({ driver: 'netns', as, upArguments: ['--registry-port', '0'] });
      kubectl = new Kubectl(mesh, 'default');
      registry = JSON.parse(await trysail('status', '-o', 'json')).registry;
      context = join(mesh.folder, 'context');
      copyPrograms(join(context, 'root'));
      writeDockerfile('red');
    });
    after(() => mesh?.stop());

    async function trysail(...args: string[]): Promise<string> {
      const { status, stdout, stderr } = await mesh.trysail(args);
      assert.equal(status, 0, `trysail ${args.join(' ')}\n${stdout}${stderr}`);
      return stdout;
    }

    function writeDockerfile(color: string): void {
      const text = [
        'FROM scratch',
        'COPY root /',
        `ENV COLOR=${color}`,
        'WORKDIR /work',
        'CMD ["/bin/sh", "-c", "echo $COLOR; cd /; echo *; sleep 1000"]',
      ].join('\n');
      writeFileSync(join(context, 'Dockerfile'), text);
      if (mesh.user) chownSync(context, mesh.user.uid, mesh.user.gid);
    }

    function pod(name: string, image: string, more = ''): string {
      return [
        'apiVersion: v1',
        'kind: Pod',
        `metadata: {name: ${name}}`,
        'spec:',
        ...(more === '' ? [] : [`  ${more}`]),
        '  terminationGracePeriodSeconds: 0',
        `  containers: [{name: app, image: "${image}"}]`,
      ].join('\n');
    }

    async function logsOf(name: string): Promise<string[]> {
      await kubectl.ok(`wait --for=condition=Ready pod/${name} --timeout=30s`);
      return eventually(async () => {
        const lines = (await kubectl.ok(`logs ${name}`)).split('\n');
        assert.equal(lines.length, 2);
        return lines;
      });
    }

    async function publish(name: string): Promise<void> {
      await trysail('image', 'build', '-t', name, context);
      await trysail('image', 'push', name);
      await trysail('image', 'rm', name);
    }

    test('built, pushed, removed: the pod pulls it, and sees the image alone', async () => {
      const name = `${registry}/demo/own:v1`;
      await publish(name);
      await trysail('image', 'rm', 'demo/own:v1');
      assert.doesNotMatch(await trysail('image', 'list'), /demo\/own/);
      await kubectl.ok('apply -f -', pod('own', name));
      const [color, entries] = await logsOf('own');
      assert.equal(color, 'red');
      for (const folder of ['opt', 'srv', 'boot']) assert.ok(!entries!.split(' ').includes(folder), entries);
      assert.equal(await kubectl.ok("exec own -- /bin/sh -c 'echo in $COLOR'"), 'in red');
      const events = await kubectl.ok(
        'get events --field-selector involvedObject.name=own -o jsonpath={.items[*].message}',
      );
      assert.match(events, /Pulling image ".*demo\/own:v1" .*Successfully pulled image .* Image size: \d+ bytes\./);
      assert.match(await trysail('image', 'list'), /demo\/own +v1/);
    });

    test('a tag that was built anew: the new image at the next start with Always, the old one without', async () => {
      const [always, once] = [`${registry}/demo/tag:latest`, `${registry}/demo/tag:v1`];
      writeDockerfile('green');
      for (const name of [always, once]) await publish(name);
      await kubectl.ok('apply -f -', `${pod('always', always)}\n---\n${pod('once', once)}`);
      for (const name of ['always', 'once']) assert.equal((await logsOf(name))[0], 'green');
      writeDockerfile('blue');
      for (const name of [always, once]) {
        await trysail('image', 'build', '-t', `pushed/${name.endsWith('v1') ? 'once' : 'always'}`, context);
        await trysail(
          'image',
          'tag',
          `pushed/${name.endsWith('v1') ? 'once' : 'always'}`,
          name.replace(`${registry}/`, ''),
        );
        await trysail('image', 'push', name.replace(`${registry}/`, ''));
      }
      await kubectl.ok('delete pod always once');
      await kubectl.ok('apply -f -', `${pod('always', always)}\n---\n${pod('once', once)}`);
      assert.equal((await logsOf('always'))[0], 'blue');
      assert.equal((await logsOf('once'))[0], 'green');
    });

    test('an image that is not there: why, and the pod runs as soon as it is', async () => {
      const name = `${registry}/demo/late:v1`;
      await kubectl.ok('apply -f -', pod('late', name));
      const waiting = await eventually(async () => {
        const state = await kubectl.ok('get pod late -o jsonpath={.status.containerStatuses[0].state.waiting}');
        assert.match(state, /ImagePullBackOff/);
        return state;
      });
      assert.match(waiting, /Back-off pulling image .*demo\/late:v1.*ErrImagePull: .*not found/);
      await publish(name);
      await logsOf('late');
    });

    test("the pod's secret signs in to a registry that asks who it is", async (t) => {
      const name = `${registry}/demo/private:v1`;
      await publish(name);
      const server = http.createServer((request, response) => {
        if (request.headers.authorization !== `Basic ${Buffer.from('robot:pw').toString('base64')}`) {
          response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="private"' }).end();
          return;
        }
        const { authorization: _, host: __, ...headers } = request.headers;
        http.get(`http://${registry}${request.url}`, { headers }, (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      t.after(() => server.closeAllConnections());
      t.after(() => void server.close());
      const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      await kubectl.ok('apply -f -', pod('locked', `${address}/demo/private:v1`));
      await eventually(async () => {
        const state = await kubectl.ok(
          'get pod locked -o jsonpath={.status.containerStatuses[0].state.waiting.message}',
        );
        assert.match(state, /authorization failed/);
      });
      await kubectl.ok(
        `create secret docker-registry robot --docker-server=${address} --docker-username=robot --docker-password=pw`,
      );
      const manifest = pod('signed', `${address}/demo/private:v1`, 'imagePullSecrets: [{name: robot}]');
      await kubectl.ok('apply -f -', manifest);
      await logsOf('signed');
    });

    test('an archive brings an image to where it was not', async () => {
      const file = join(mesh.folder, 'image.tar');
      await trysail('image', 'build', '-q', '-t', 'demo/archived:v1', context);
      await trysail('image', 'export', 'demo/archived:v1', '-o', file);
      await trysail('image', 'rm', 'demo/archived:v1');
      assert.match(await trysail('image', 'import', file), /Loaded image: demo\/archived:v1/);
      await kubectl.ok('apply -f -', pod('archived', 'demo/archived:v1'));
      await logsOf('archived');
    });

    test('a Dockerfile that is wrong: file and line', async () => {
      writeFileSync(join(context, 'Wrong'), 'FROM scratch\n\nCOPPY a b\n');
      const { status, stderr } = await mesh.trysail([
        'image',
        'build',
        '-t',
        'x',
        '-f',
        join(context, 'Wrong'),
        context,
      ]);
      assert.equal(status, 1);
      assert.match(stderr, /Wrong:3: unknown instruction: COPPY \(did you mean COPY\?\)/);
    });
  });
}
