import type { WatchHandle } from '../../src/client/client.js';
import { RemoteClient } from '../../src/client/remote-client.js';
import type { KubeObject } from '../../src/resources/object.js';
import { percentile } from '../statistics.js';

const MAPS = { group: '', version: 'v1', resource: 'configmaps' };
const CLIENTS = 8;
const WARM_UP_WRITES = 2_000;
const WRITES = 8_000;
const READS = 4_000;
const WATCHERS = 100;
const CHANGES = 1_000;
/** Between two changes: a thousand at once would measure the queue that they make. */
const CHANGE_INTERVAL_MS = 5;
const EVENTS_WITHIN_MS = 60_000;

function map(name: string): KubeObject {
  const data = { greeting: 'hello', sent_ms: String(performance.now()) };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data };
}

/** Runs `count` calls over the clients, each with one at a time. @returns what each took, in milliseconds */
async function spread(
  clients: readonly RemoteClient[],
  count: number,
  call: (client: RemoteClient, i: number) => unknown,
) {
  const times_ms: number[] = [];
  let next = 0;
  await Promise.all(
    clients.map(async (client) => {
      for (let i = next++; i < count; i = next++) {
        const started = performance.now();
        await call(client, i);
        times_ms.push(performance.now() - started);
      }
    }),
  );
  return times_ms;
}

export interface CallFigures {
  readonly writes_per_second: number;
  readonly write_p99_ms: number;
  readonly get_p99_ms: number;
}

/** Creates of ConfigMaps and gets of them, by eight clients with a connection each. */
export async function callFigures(kubeconfig: string): Promise<CallFigures> {
  const clients = Array.from({ length: CLIENTS }, () => RemoteClient.fromKubeconfig(kubeconfig));
  await spread(clients, WARM_UP_WRITES, (client, i) => client.create(MAPS, map(`warm-${i}`)));
  const started = performance.now();
  const writes_ms = await spread(clients, WRITES, (client, i) => client.create(MAPS, map(`map-${i}`)));
  const took_s = (performance.now() - started) / 1000;
  const reads_ms = await spread(clients, READS, (client, i) => client.get(MAPS, `map-${i}`, 'default'));
  for (const client of clients) client.close();
  return {
    writes_per_second: WRITES / took_s,
    write_p99_ms: percentile(writes_ms, 0.99),
    get_p99_ms: percentile(reads_ms, 0.99),
  };
}

/** 99th percentile of the milliseconds from sending a change until a watcher has it, over all watchers and changes. */
export async function watchDelay(kubeconfig: string): Promise<number> {
  const client = RemoteClient.fromKubeconfig(kubeconfig);
  let stored = await client.create(MAPS, map('watched'));
  const delays_ms: number[] = [];
  const watches: WatchHandle[] = [];
  const { resourceVersion } = await client.list(MAPS, 'default', { fieldSelector: 'metadata.name=watched' });
  for (let i = 0; i < WATCHERS; i++) {
    const options = { resourceVersion, fieldSelector: 'metadata.name=watched' };
    watches.push(
      client.watch(MAPS, 'default', options, {
        onEvent: (event) => {
          if (event.type !== 'MODIFIED') return;
          delays_ms.push(performance.now() - Number((event.object['data'] as { sent_ms: string }).sent_ms));
        },
        onEnd: () => {},
      }),
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (let i = 0; i < CHANGES; i++) {
    stored = await client.update(MAPS, { ...stored, data: map('')['data'] });
    await new Promise((resolve) => setTimeout(resolve, CHANGE_INTERVAL_MS));
  }
  const deadline = performance.now() + EVENTS_WITHIN_MS;
  while (delays_ms.length < WATCHERS * CHANGES) {
    if (performance.now() > deadline) throw new Error(`only ${delays_ms.length} events came`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const watch of watches) watch.close();
  client.close();
  return percentile(delays_ms, 0.99);
}
