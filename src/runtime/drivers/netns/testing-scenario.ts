import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { messageOf } from '../../../base/errors.js';
import { PodSocketFactory, type PodSockets } from '../../../native/index.js';
import { ClusterZone } from '../../dns/cluster-zone.js';
import { DnsServer } from '../../dns/dns-server.js';
import { DnsResponder } from '../../dns/responder.js';
import { directoryOf, REVIEWS } from '../../dns/testing.js';
import type { ContainerSpec, RunningProcess, Sandbox } from '../driver.js';
import { PROXY_MARK } from './capture.js';
import { Cgroups } from './cgroups.js';
import { NetnsDriver } from './netns-driver.js';

/**
 * What an agent does, in one go, for the tests: the program of a process under agentCommand(). Prints one JSON object of findings.
 * Arguments: a folder for everything, and `stay` to go on until killed.
 */
const [folder = '', mode] = process.argv.slice(2);
const DNS_ADDRESS = '10.96.0.10';
const SERVER = `require('http').createServer((q, s) => s.end('served by ' + require('os').hostname() + ' for ' + q.socket.remoteAddress)).listen(9080, () => console.log('ready'))`;

const findings: Record<string, unknown> = {};
const driver = new NetnsDriver({
  runDir: join(folder, 'run'),
  podRange: '10.244.3.0/24',
  serverAddresses: [DNS_ADDRESS],
  serviceRange: '10.96.0.0/12',
});
const factory = new PodSocketFactory();

function container(argv: readonly string[], more: Partial<ContainerSpec> = {}): ContainerSpec {
  return { name: argv[0] ?? '', argv, env: {}, workingDir: '/', mounts: [], ...more };
}

function sandbox(name: string, captured = true): Promise<Sandbox> {
  return driver.createSandbox({
    uid: `uid-${name}`,
    namespace: 'default',
    name,
    hostname: name,
    hostAliases: [{ ip: '192.0.2.1', hostnames: ['alias.example'] }],
    captured,
    ports: [9080],
    dns: {
      nameservers: [DNS_ADDRESS],
      searches: ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'],
      ndots: 5,
    },
  });
}

async function text(stream: Readable): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += chunk;
  return all;
}

async function outcome(process: RunningProcess) {
  const [stdout, stderr, exit] = await Promise.all([text(process.stdout), text(process.stderr), process.exited]);
  return { stdout, stderr, ...exit };
}

/** A sidecar that only relays: service address -> pod, in the two legs that a captured connection has. */
async function relay(pod: Sandbox, destinations: Record<string, string>, seen: string[]): Promise<PodSockets> {
  const sockets = factory.forPod({
    path: pod.proxyNetwork.kind === 'netns' ? pod.proxyNetwork.path : '',
    mark: PROXY_MARK,
    meshRanges: ['10.244.0.0/16', '10.96.0.0/12'],
    hostPorts: {},
  });
  const onConnection = (from: Socket) => {
    const original = sockets.originalDestination(from);
    if (!original) return void from.destroy();
    seen.push(`${original.address}:${original.port} at ${from.localPort}`);
    const address = destinations[original.address] ?? original.address;
    const to = sockets.connect({ address, port: original.port });
    from.on('error', () => to.destroy());
    to.on('error', () => from.destroy());
    from.pipe(to).pipe(from);
  };
  for (const port of [15001, 15006]) await sockets.listen({ address: '0.0.0.0', port }, onConnection);
  return sockets;
}

async function findTraffic(client: Sandbox, server: Sandbox): Promise<void> {
  const seen: string[] = [];
  await relay(client, { [REVIEWS.clusterIP as string]: server.podIP }, seen);
  await relay(server, {}, seen);
  const app = await server.start(container(['node', '-e', SERVER]));
  await new Promise((resolve) => app.stdout.once('data', resolve));
  const fetch = (url: string) =>
    container(['node', '-e', `fetch('${url}').then(r => r.text()).then(console.log, e => console.log(e.cause ?? e))`]);
  findings['captured'] = (await outcome(await client.start(fetch('http://reviews:9080/')))).stdout.trim();
  findings['seen'] = seen;
  findings['clientIP'] = client.podIP;
  findings['serverIP'] = server.podIP;
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal);
  if (outside) {
    const host = createServer((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nthe host')).listen(0, outside.address);
    await new Promise((resolve) => host.once('listening', resolve));
    const { port } = host.address() as { port: number };
    findings['egress'] = (await outcome(await client.start(fetch(`http://${outside.address}:${port}/`)))).stdout.trim();
    host.close();
  }
  const probe = await server.connect(9080);
  probe.end('GET / HTTP/1.0\r\n\r\n');
  findings['probe'] = (await text(probe)).split('\r\n\r\n')[1];
  findings['refused'] = await server.connect(1).then(() => 'connected', messageOf);
  app.kill('SIGTERM');
  findings['terminated'] = await app.exited;
}

const UDP_SERVER = `const s = require('dgram').createSocket('udp4', (m, r) => s.send('echo ' + m, r.port, r.address)); s.bind(5300, () => console.log('ready'))`;
const UDP_CLIENT = `const s = require('dgram').createSocket('udp4', (m) => { console.log(String(m)); s.close(); });
  s.on('error', (e) => { console.log(e.code); s.close(); }); s.connect(53, 'reviews', () => s.send('hello'))`;

/** A sidecar takes TCP alone: UDP to services is led by the kernel. */
async function findDatagrams(client: Sandbox, server: Sandbox): Promise<void> {
  const app = await server.start(container(['node', '-e', UDP_SERVER]));
  await new Promise((resolve) => app.stdout.once('data', resolve));
  const route = { address: REVIEWS.clusterIP as string, protocol: 'udp', port: 53, sticky: false } as const;
  const ask = async () => (await outcome(await client.start(container(['node', '-e', UDP_CLIENT])))).stdout.trim();
  await driver.setServices([{ ...route, targets: [{ address: server.podIP, port: 5300 }] }]);
  const served = await ask();
  await driver.setServices([]);
  findings['datagrams'] = [served, await ask()];
  app.kill('SIGKILL');
}

/** A pod without a sidecar: its connections to services are led by the kernel. */
async function findPlain(server: Sandbox): Promise<void> {
  const address = REVIEWS.clusterIP as string;
  const route = (targets: readonly { address: string; port: number }[]) =>
    ({ address, protocol: 'tcp', port: 80, targets, sticky: false }) as const;
  await driver.setServices([route([{ address: server.podIP, port: 9080 }])]);
  const plain = await sandbox('plain', false);
  const other = await sandbox('other', false);
  const app = await other.start(container(['node', '-e', SERVER]));
  await new Promise((resolve) => app.stdout.once('data', resolve));
  const fetch = container([
    'node',
    '-e',
    `const end = (e) => console.log(e.cause?.code ?? e); fetch('http://reviews/').then(r => r.text()).then(console.log, end)`,
  ]);
  const answer = async () => (await outcome(await plain.start(fetch))).stdout.trim();
  const found: string[] = [];
  await driver.setServices([route([{ address: other.podIP, port: 9080 }])]);
  found.push((await answer()).replace(plain.podIP, 'plain'));
  await driver.setServices([route([{ address: '10.244.3.250', port: 9080 }])]);
  await driver.setServices([route([{ address: other.podIP, port: 9080 }])]);
  found.push((await answer()).replace(plain.podIP, 'plain'));
  await driver.setServices([]);
  found.push(await answer());
  findings['plain'] = found;
  await plain.destroy();
  await other.destroy();
}

/** Pods come and go at a pod that has just learned its neighbours' hardware addresses; it must go on reaching them. */
async function findNeighbours(client: Sandbox): Promise<void> {
  const ask = container(['node', '-e', `require('dns').lookup('reviews', (e, a) => console.log(e?.code ?? a))`]);
  const others: Sandbox[] = [];
  for (let i = 0; i < 8; i++) others.push(await sandbox(`other-${i}`));
  findings['before'] = (await outcome(await client.start(ask))).stdout.trim();
  for (const other of others) await other.destroy();
  findings['after'] = (await outcome(await client.start(ask))).stdout.trim();
  const address = `Object.values(require('os').networkInterfaces()).flat().find((each) => !each.internal).mac`;
  findings['hardware'] = (await outcome(await client.start(container(['node', '-p', address])))).stdout.trim();
}

async function findContainer(pod: Sandbox): Promise<void> {
  const image = join(folder, 'image');
  mkdirSync(join(image, 'app'), { recursive: true });
  mkdirSync(join(image, 'etc'), { recursive: true });
  writeFileSync(join(image, 'app', 'hello.txt'), 'from the image');
  writeFileSync(join(image, 'etc', 'of-image'), 'image');
  writeFileSync(join(folder, 'mounted'), 'mounted');
  const spec = {
    rootfs: image,
    workingDir: '/app',
    env: { GREETING: 'hello' },
    mounts: [
      { source: join(folder, 'mounted'), target: '/config/file', readOnly: true },
      { source: join(folder, 'mounted'), target: '/var/run/secrets/file', readOnly: true },
    ],
  };
  const look = [
    'cat hello.txt; echo; cat /etc/of-image; echo; cat /config/file /run/secrets/file; echo; hostname; cat /etc/hostname; echo $$ $GREETING',
    'ls /root /home; touch /app/new /etc/new /tmp/new && echo writable; touch /config/file 2>/dev/null || echo read-only',
    'getent hosts alias.example; grep -c nameserver /etc/resolv.conf; test -e /etc/passwd && echo host; echo oops >/dev/stderr',
    'exit 7',
  ].join('; ');
  findings['container'] = await outcome(await pod.start(container(['sh', '-c', look], spec)));
  findings['aborted'] = (await outcome(await pod.start(container(['sh', '-c', 'sleep 5 & kill -9 $!; wait $!']))))[
    'exitCode'
  ];
  findings['missing'] = await pod.start(container(['no-such-program'])).catch(messageOf);
  findings['noFolder'] = await pod.start(container(['true'], { workingDir: '/nowhere' })).catch(messageOf);
}

/** Whoever it runs as, and with whatever rights: only root can give those of others. */
async function findConfined(pod: Sandbox): Promise<void> {
  const look = [
    'id -u; id -G',
    'touch /etc/new 2>/dev/null || echo closed',
    'touch /tmp/new 2>/dev/null || echo closed',
    'echo open > /dev/shm/new && cat /dev/shm/new; echo said > /dev/stdout',
    'grep -E "^(CapBnd|NoNewPrivs)" /proc/self/status',
  ].join('; ');
  const spec = {
    user: { uid: 1234, gid: 2345, groups: [3456] },
    readOnlyRoot: true,
    capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] },
    noNewPrivileges: true,
  };
  findings['confined'] = (await outcome(await pod.start(container(['sh', '-c', look], spec)))).stdout.split('\n');
  const memory = join(folder, 'memory');
  mkdirSync(memory);
  const release = driver.keepInMemory(memory, 1024 * 1024);
  const mounts = [{ source: memory, target: '/memory', readOnly: false }];
  const fill = 'head -c 2000000 /dev/zero > /memory/all 2>/dev/null || stat -f -c "%T full" /memory';
  findings['inMemory'] = (await outcome(await pod.start(container(['sh', '-c', fill], { mounts })))).stdout.trim();
  release();
  findings['released'] = readdirSync(memory);
  const hog =
    'const all = []; setInterval(() => all.push(Buffer.alloc(8e6, 1)), 1); setTimeout(() => process.exit(3), 60000)';
  const limited = container(['node', '-e', hog], { limits: { memory_bytes: 96 * 1024 * 1024 } });
  if (Cgroups.areUsable()) findings['limited'] = await (await pod.start(limited)).exited;
}

async function findExec(pod: Sandbox): Promise<void> {
  const main = container(['sh', '-c', 'trap "exit 5" TERM; echo up; while :; do sleep 0.05; done']);
  const running = await pod.start(main);
  await new Promise((resolve) => running.stdout.once('data', resolve));
  const piped = await pod.exec(main, ['sh', '-c', 'cat; hostname; cat /proc/1/comm; echo err >&2; exit 3'], {
    tty: false,
  });
  piped.stdin?.end('input\n');
  findings['exec'] = await outcome(piped);
  const terminal = await pod.exec(main, ['sh', '-c', 'read line; tty; stty size; echo "got $line"; exit 4'], {
    tty: true,
  });
  terminal.resize(100, 40);
  terminal.stdin?.write('hello\n');
  findings['terminal'] = await outcome(terminal);
  const killed = await pod.exec(main, ['sleep', '100'], { tty: false });
  killed.kill('SIGTERM');
  findings['execKilled'] = (await outcome(killed))['exitCode'];
  running.kill('SIGTERM');
  findings['trapped'] = await running.exited;
  findings['execAfterEnd'] = await pod.exec(main, ['true'], { tty: false }).catch(messageOf);
}

/** A port of the host that nothing listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function findSockets(pod: Sandbox): Promise<void> {
  const port = await freePort();
  const sockets = factory.forPod({
    path: pod.proxyNetwork.kind === 'netns' ? pod.proxyNetwork.path : '',
    mark: PROXY_MARK,
    meshRanges: ['10.244.0.0/16'],
    hostPorts: { 15021: { address: '127.0.0.1', port } },
  });
  const answer = (socket: Socket) => {
    socket.on('error', () => {});
    socket.end(`from ${socket.remoteAddress}`);
  };
  const listener = await sockets.listen({ address: '0.0.0.0', port: 15021 }, answer);
  findings['onHost'] = await text(connect(port, '127.0.0.1'));
  findings['inPod'] = await text(sockets.connect({ address: pod.podIP, port: 15021 }));
  findings['bound'] = await text(sockets.connect({ address: pod.podIP, port: 15021, localAddress: '127.0.0.9' }));
  const burst = await Promise.all(
    Array.from({ length: 50 }, () => text(sockets.connect({ address: '127.0.0.1', port: 15021 }))),
  );
  findings['burst'] = [...new Set(burst)];
  findings['inUse'] = await sockets.listen({ address: '0.0.0.0', port: 15021 }, answer).catch(messageOf);
  listener.close();
  findings['refusedSocket'] = await text(sockets.connect({ address: pod.podIP, port: 15021 })).catch(messageOf);
  sockets.dispose();
}

async function main(): Promise<void> {
  await driver.start();
  const responder = new DnsResponder(new ClusterZone(directoryOf(REVIEWS)), {
    resolve: async () => ({ kind: 'no-name' }),
  });
  const dns = await DnsServer.open(responder, await driver.openServerSockets(DNS_ADDRESS, 53));
  const client = await sandbox('client');
  const server = await sandbox('server');
  if (mode === 'stay') {
    await client.start(container(['sleep', '1000']));
    console.log(JSON.stringify({ ready: true }));
    return;
  }
  await findTraffic(client, server);
  await findPlain(server);
  await findDatagrams(client, server);
  await findSockets(server);
  await findNeighbours(client);
  await findConfined(client);
  await findContainer(client);
  await findExec(server);
  await server.destroy();
  await dns.close();
  await driver.stop();
  await factory.close();
  console.log(JSON.stringify(findings));
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
