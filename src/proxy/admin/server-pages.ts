import type { LogicalProxy } from '../logical-proxy.js';
import { type AdminCall, type AdminHandler, json, type Page, text } from './page.js';

/** Envoy's version that this proxy behaves as: what tools compare. */
const ENVOY_VERSION = '1.40.0';
const HOT_RESTART = 'disabled';

/** State and figures of the server itself. */
export const SERVER_HANDLERS: readonly AdminHandler[] = [
  {
    path: '/ready',
    help: 'print server state, return 200 if LIVE, otherwise return 503',
    mutates: false,
    handle: ({ proxy }) => {
      const state = stateOf(proxy);
      return text(`${state}\n`, state === 'LIVE' ? 200 : 503);
    },
  },
  { path: '/server_info', help: 'print server version/status information', mutates: false, handle: serverInfo },
  { path: '/memory', help: 'print current allocation/heap usage', mutates: false, handle: memory },
  {
    path: '/hot_restart_version',
    help: 'print the hot restart compatibility version',
    mutates: false,
    handle: () => text(HOT_RESTART),
  },
  { path: '/init_dump', help: 'dump what the server still waits for', mutates: false, handle: initDump },
  { path: '/runtime', help: 'print runtime values', mutates: false, handle: runtime },
  { path: '/runtime_modify', help: 'Adds or modifies runtime values', mutates: true, handle: runtimeModify },
];

export function stateOf(proxy: LogicalProxy): 'LIVE' | 'DRAINING' | 'INITIALIZING' {
  if (proxy.context.lifecycle.healthFailed) return 'DRAINING';
  return proxy.isReady ? 'LIVE' : 'INITIALIZING';
}

function serverInfo({ proxy, options }: AdminCall): Page {
  const { clock, lifecycle, node } = proxy.context;
  const uptime = `${Math.floor((clock.monotonic_ms() - lifecycle.start_ms) / 1000)}s`;
  const { region, zone } = node.locality;
  return json({
    version: `trysail-${options.version}/${ENVOY_VERSION}/Clean/RELEASE/OpenSSL`,
    state: stateOf(proxy),
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    hot_restart_version: HOT_RESTART,
    command_line_options: { concurrency: 1, mode: 'Serve', drain_time: '600s', disable_hot_restart: true },
    node: {
      id: node.id,
      cluster: node.cluster,
      metadata: node.metadata,
      locality: { region, zone },
      user_agent_name: 'trysail',
    },
  });
}

function memory(): Page {
  const { heapUsed, heapTotal, external, rss } = process.memoryUsage();
  return json({
    allocated: String(heapUsed + external),
    heap_size: String(heapTotal + external),
    pageheap_unmapped: '0',
    pageheap_free: String(heapTotal - heapUsed),
    total_thread_cache: '0',
    total_physical_bytes: String(rss),
  });
}

function initDump({ proxy }: AdminCall): Page {
  if (proxy.isReady) return json({});
  const targets: string[] = [];
  if (!proxy.clusters.settled) targets.push('clusters');
  if (!proxy.listeners.settled) targets.push('listeners');
  if (targets.length === 0) targets.push('configuration');
  return json({ unready_targets_dumps: [{ name: 'init manager Server', target_names: targets }] });
}

function runtime({ proxy }: AdminCall): Page {
  const { layerNames, entries } = proxy.context.runtime;
  return json({
    layers: layerNames,
    entries: Object.fromEntries(
      entries.map(({ key, layers, final }) => [key, { layer_values: layers, final_value: final }]),
    ),
  });
}

function runtimeModify({ proxy, query }: AdminCall): Page {
  const changes = new Map(query);
  if (changes.size > 0) {
    return proxy.context.runtime.modify(changes) ? text('OK\n') : text('No admin layer specified', 503);
  }
  const usage =
    'usage: /runtime_modify?key1=value1&key2=value2&keyN=valueN\n       or send the parameters as form values\n';
  return text(`${usage}use an empty value to remove a previously added override`, 400);
}
