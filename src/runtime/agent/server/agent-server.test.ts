import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { SILENT_LOGGER } from '../../../base/logger.js';
import { sidecarContainer } from '../../../resources/injection/sidecar.js';
import { LocalPodAccess } from '../local-pod-access.js';
import type { FakeProcess } from '../testing/fake-driver.js';
import { TestNode } from '../testing/test-node.js';
import { AgentServer } from './agent-server.js';
import { encodeFrame, FRAME, FRAME_BYTES_MAX } from './frames.js';
import { RemotePodAccess } from './remote-pod-access.js';

const WEB = { namespace: 'default', name: 'web', node: 'node-1' };

async function serve(t: TestContext) {
  const node = await TestNode.start(t);
  const socketPath = path.join(node.stateDir, 'agent.sock');
  const server = new AgentServer({ access: new LocalPodAccess(node.agent), socketPath, logger: SILENT_LOGGER });
  await server.start();
  t.after(() => server.stop());
  const remote = new RemotePodAccess((name) => (name === 'node-1' ? socketPath : undefined));
  return { node, remote, socketPath };
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

function streams() {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const text = { stdout: '', stderr: '' };
  stdout.on('data', (chunk) => {
    text.stdout += String(chunk);
  });
  stderr.on('data', (chunk) => {
    text.stderr += String(chunk);
  });
  return { stdout, stderr, text };
}

test('logs: what is there, what comes, and the run before', async (t) => {
  const { node, remote } = await serve(t);
  await node.createPod();
  const first = node.driver.process('app');
  first.stdout.write('hello\n');
  await node.settle();
  assert.equal(await textOf(await remote.logs(WEB, { container: 'app' })), 'hello\n');
  const following = remote.logs(WEB, { container: 'app', follow: true }).then(textOf);
  await node.settle();
  first.stdout.write('more\n');
  await node.settle();
  first.exit(1);
  assert.equal(await following, 'hello\nmore\n');
  await node.settle();
  node.driver.process('app').stdout.write('second run\n');
  await node.settle();
  assert.equal(await textOf(await remote.logs(WEB, { container: 'app' })), 'second run\n');
  assert.equal(await textOf(await remote.logs(WEB, { container: 'app', previous: true })), 'hello\nmore\n');
});

test('logs of the sidecar are those of its logical proxy', async (t) => {
  const { node, remote } = await serve(t);
  const pod = await node.createPod({ containers: [{ name: 'app', image: 'a' }, sidecarContainer()] });
  node.proxyHost.log(pod.metadata.uid!, '[2026-01-01] "GET / HTTP/1.1" 200');
  const text = await textOf(await remote.logs(WEB, { container: 'istio-proxy' }));
  assert.equal(text, '[2026-01-01] "GET / HTTP/1.1" 200\n');
});

test('errors are those of the API', async (t) => {
  const { node, remote } = await serve(t);
  node.images.missing.add('app:v1');
  await node.createPod();
  await assert.rejects(remote.logs(WEB, { container: 'nope' }), {
    status: 400,
    message: /container nope is not valid for pod web/,
  });
  await assert.rejects(remote.logs(WEB, { container: 'app' }), {
    status: 400,
    message: 'container "app" in pod "web" is waiting to start: ImagePullBackOff',
  });
  await assert.rejects(remote.logs({ ...WEB, name: 'other' }, { container: 'app' }), { status: 404 });
  await assert.rejects(remote.logs({ ...WEB, node: 'node-9' }, { container: 'app' }), {
    status: 404,
    message: /node-9/,
  });
  await assert.rejects(remote.exec(WEB, { container: 'app', command: ['ls'], tty: false }, {}), { status: 400 });
  await assert.rejects(remote.connect(WEB, 80), { status: 400, message: /ECONNREFUSED/ });
});

test('exec: input, both outputs, exit code, size of the terminal', async (t) => {
  const { node, remote } = await serve(t);
  await node.createPod();
  let running: FakeProcess | undefined;
  node.driver.sandboxes[0]!.onExec = (process) => {
    running = process;
    process.stderr.write('note\n');
    process.stdin.pipe(process.stdout, { end: false });
    process.stdin.on('end', () => process.exit(3));
  };
  const { text, ...output } = streams();
  const stdin = new PassThrough();
  let resize: (size: { columns: number; rows: number }) => void = () => {};
  const onResize = (listener: typeof resize) => {
    resize = listener;
  };
  const done = remote.exec(WEB, { container: 'app', command: ['cat'], tty: false }, { ...output, stdin, onResize });
  await node.settle();
  resize({ columns: 80, rows: 24 });
  stdin.write('given');
  await node.settle();
  assert.deepEqual(running?.sizes, [[80, 24]]);
  stdin.end();
  assert.deepEqual(await done, { exitCode: 3 });
  assert.deepEqual(text, { stdout: 'given', stderr: 'note\n' });
});

test('exec: a reader that is slow holds up the program, and all of it arrives', async (t) => {
  const { node, remote } = await serve(t);
  await node.createPod();
  const total = 8 * 1024 * 1024;
  let sent = 0;
  node.driver.sandboxes[0]!.onExec = (process) => {
    const fill = (): void => {
      while (sent < total) {
        sent += 65536;
        if (!process.stdout.write(Buffer.alloc(65536))) {
          process.stdout.once('drain', fill);
          return;
        }
      }
      process.exit(0);
    };
    fill();
  };
  const stdout = new PassThrough();
  const done = remote.exec(WEB, { container: 'app', command: ['yes'], tty: false }, { stdout });
  await node.settle();
  assert.ok(sent < total / 2, `${sent} bytes were taken though nobody read`);
  let received = 0;
  stdout.on('data', (chunk: Buffer) => {
    received += chunk.length;
  });
  assert.deepEqual(await done, { exitCode: 0 });
  await node.settle();
  assert.equal(received, total);
});

test('exec: the command is killed when its caller goes away', async (t) => {
  const { node, remote } = await serve(t);
  await node.createPod();
  let running: FakeProcess | undefined;
  node.driver.sandboxes[0]!.onExec = (process) => {
    running = process;
  };
  const stdin = new PassThrough();
  const done = remote.exec(WEB, { container: 'app', command: ['sleep'], tty: false }, { stdin });
  done.catch(() => {});
  await node.settle();
  stdin.destroy(new Error('gone'));
  await running!.exited;
  assert.deepEqual(running!.signals, ['SIGKILL']);
  await assert.rejects(done);
});

test('attach: the output from now on, and the end', async (t) => {
  const { node, remote } = await serve(t);
  await node.createPod();
  const process = node.driver.process('app');
  process.stdout.write('before\n');
  await node.settle();
  const { text, ...output } = streams();
  const done = remote.attach(WEB, { container: 'app', tty: false }, output);
  await node.settle();
  process.stdout.write('after\n');
  await node.settle();
  process.exit(0);
  assert.deepEqual(await done, { exitCode: 0 });
  assert.equal(text.stdout, 'after\n');
});

test('what is not our protocol is cut off', async (t) => {
  const { socketPath } = await serve(t);
  const tooLong = Buffer.alloc(5);
  tooLong.writeUInt32BE(FRAME_BYTES_MAX + 1, 1);
  for (const bytes of [
    tooLong,
    encodeFrame(FRAME.stdin, 'x'),
    encodeFrame(FRAME.request, '{'),
    Buffer.from('GET / HTTP/1.1'),
  ]) {
    const socket = net.connect(socketPath);
    socket.on('error', () => {});
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
  }
});
