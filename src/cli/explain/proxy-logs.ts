import type { Client, PathClient } from '../../client/client.js';
import { SNAPSHOT_KINDS } from '../../compiler/index.js';
import type { KubeObject } from '../../resources/object.js';

const PROXY_CONTAINER = 'istio-proxy';
/** Of each proxy: what is further back is not looked for. */
const TAIL_LINES = 20_000;
/** Logs that are read at once. */
const PARALLEL_MAX = 8;

/** What the proxies of a mesh logged last, by `namespace/pod`. A pod that is gone meanwhile is left out. */
export async function proxyLogs(client: Client & PathClient): Promise<Map<string, string>> {
  const { items } = await client.list(SNAPSHOT_KINDS.pods.gvr);
  const pods = items.filter(hasProxy);
  const logs = new Map<string, string>();
  for (let i = 0; i < pods.length; i += PARALLEL_MAX) {
    const part = pods.slice(i, i + PARALLEL_MAX);
    await Promise.all(
      part.map(async ({ metadata: { namespace, name } }) => {
        const query = `container=${PROXY_CONTAINER}&tailLines=${TAIL_LINES}`;
        const path = `/api/v1/namespaces/${namespace}/pods/${name}/log?${query}`;
        const text = await client.textAt('GET', path).catch(() => undefined);
        if (text !== undefined) logs.set(`${namespace}/${name}`, text);
      }),
    );
  }
  return logs;
}

function hasProxy({ spec }: KubeObject): boolean {
  const { containers = [], initContainers = [] } = spec as { containers?: Named[]; initContainers?: Named[] };
  return [...containers, ...initContainers].some(({ name }) => name === PROXY_CONTAINER);
}

interface Named {
  readonly name: string;
}
