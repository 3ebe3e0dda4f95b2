import { once } from 'node:events';
import { ProcessDriver } from './process-driver.js';
import { containerSpec, responder, SERVICES, sandboxSpec } from './testing.js';

// Run by a test, which then kills it: a program with one child in its group and one that has left it.
const stateDir = process.argv[2]!;
const driver = new ProcessDriver({ stateDir, dns: responder({}), ...SERVICES });
await driver.start();
const sandbox = await driver.createSandbox(sandboxSpec());
const script = 'sleep 1002 & setsid sleep 1002 & sleep 0.2; echo up; wait';
const running = await sandbox.start(containerSpec(['sh', '-c', script]));
await once(running.stdout, 'data');
process.stdout.write('ready\n');
await running.exited;
