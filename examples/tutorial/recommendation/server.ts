import { setTimeout as sleep } from 'node:timers/promises';
import { type Reply, serve } from '../common/http-service.js';
import { WorkerPool } from './worker-pool.js';

const VERSION = process.env['VERSION'] ?? 'v1';
/** How long an answer takes, in milliseconds. */
const DELAY_MS = Number(process.env['DELAY_MS'] ?? 0);
const WORKERS = Number(process.env['WORKERS'] ?? 5);
/** The end of the pod's name, which tells the instances of one version apart. */
const POD = /^recommendation-v\d+-(.+)$/.exec(process.env['HOSTNAME'] ?? '')?.[1] ?? 'unknown';

const pool = new WorkerPool(WORKERS);
let count = 0;
let misbehaving = false;

function answer(): Reply {
  count++;
  console.log(`recommendation request from ${POD}: ${count}`);
  if (!misbehaving) return { status: 200, body: `recommendation ${VERSION} from '${POD}': ${count}` };
  count = 0;
  return { status: 503, body: `recommendation misbehavior from '${POD}'` };
}

async function slowly(): Promise<Reply> {
  await sleep(DELAY_MS);
  return answer();
}

function misbehave(on: boolean): Reply {
  misbehaving = on;
  return { status: 200, body: `Following requests to '/' will return a ${on ? 503 : 200}` };
}

serve({
  '/': () => (DELAY_MS > 0 ? pool.run(slowly) : answer()),
  '/misbehave': () => misbehave(true),
  '/behave': () => misbehave(false),
});
