// The three services on this machine without a mesh: customer on 8280, preference on 8180, recommendation on 8080.
// Usage: node dist/examples/tutorial/local.js, then curl localhost:8280
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

function start(name: string, env: Record<string, string>): ChildProcess {
  const program = fileURLToPath(new URL(`./${name}/server.js`, import.meta.url));
  return spawn(process.execPath, [program], { env: { ...process.env, HOSTNAME: '', ...env }, stdio: 'inherit' });
}

const services = [
  start('recommendation', { PORT: '8080' }),
  start('preference', { PORT: '8180', RECOMMENDATION_URL: 'http://localhost:8080' }),
  start('customer', { PORT: '8280', PREFERENCE_URL: 'http://localhost:8180' }),
];

function stop(): void {
  for (const service of services) service.kill();
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
// One alone is of no use: when one ends, for example because its port is taken, all do.
for (const service of services) service.once('exit', stop);
