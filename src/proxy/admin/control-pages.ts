import { type AdminCall, type AdminHandler, absent, type Page, text } from './page.js';

const OK = 'OK\n';
const NO_PROFILER = 'The profiler is not reached from here; start the process with --cpu-prof or --heap-prof.\n';

/** What changes the server. */
export const CONTROL_HANDLERS: readonly AdminHandler[] = [
  {
    path: '/healthcheck/fail',
    help: 'cause the server to fail health checks',
    mutates: true,
    handle: ({ proxy }) => {
      proxy.context.lifecycle.healthFailed = true;
      proxy.listeners.failHealth(true);
      return text(OK);
    },
  },
  {
    path: '/healthcheck/ok',
    help: 'cause the server to pass health checks',
    mutates: true,
    handle: ({ proxy }) => {
      proxy.context.lifecycle.healthFailed = false;
      proxy.listeners.failHealth(false);
      return text(OK);
    },
  },
  {
    path: '/drain_listeners',
    help: 'drain listeners',
    mutates: true,
    parameters: [
      { name: 'graceful', help: 'Enter a drain period prior to closing listeners' },
      { name: 'skip_exit', help: 'Drain the connections but never stop the listeners' },
      { name: 'inboundonly', help: 'Drain listeners whose traffic_direction is INBOUND only' },
    ],
    handle: drainListeners,
  },
  {
    path: '/reset_counters',
    help: 'reset all counters to zero',
    mutates: true,
    handle: ({ proxy }) => {
      proxy.context.stats.resetCounters();
      return text(OK);
    },
  },
  {
    path: '/reopen_logs',
    help: 'reopen access logs',
    mutates: true,
    handle: ({ proxy }) => {
      proxy.context.logFiles.reopen();
      return text(OK);
    },
  },
  { path: '/quitquitquit', help: 'exit the server', mutates: true, handle: quit },
  absent('/contention', 'dump mutex contention stats', 'There are no mutexes to trace here.\n'),
  absent('/cpuprofiler', 'enable/disable the CPU profiler', NO_PROFILER, true),
  absent('/heapprofiler', 'enable/disable the heap profiler', NO_PROFILER, true),
];

function drainListeners({ proxy, query }: AdminCall): Page {
  proxy.listeners.drainAll({
    graceful: query.has('graceful'),
    skipExit: query.has('skip_exit'),
    inboundOnly: query.has('inboundonly'),
  });
  return text(OK);
}

function quit({ options }: AdminCall): Page {
  if (options.quit === undefined) return text('This proxy is ended by what started it.\n', 503);
  setImmediate(options.quit);
  return text(OK);
}
