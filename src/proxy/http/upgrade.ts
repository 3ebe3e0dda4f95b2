import type { HttpStream } from './http-stream.js';

/**
 * Lets a request go on that asks to become another protocol, or says no before filters and routes have a say: what follows may not
 * be HTTP.
 * @returns false when it was answered
 */
export function beginUpgrade(stream: HttpStream): boolean {
  const { counters, gauges } = stream.manager.stats;
  if (!allowsUpgrade(stream)) {
    counters.downstream_rq_ws_on_non_ws_route.value++;
    stream.localReply(403, '', 0, 'upgrade_failed');
    return false;
  }
  counters.downstream_cx_upgrades_total.value++;
  gauges.downstream_cx_upgrades_active.value++;
  stream.cleanups.push(() => gauges.downstream_cx_upgrades_active.value--);
  return true;
}

/** Whether the route, or else the listener, allows what a request asks to become. A request without a route has its own answer. */
function allowsUpgrade({ upgrade, route, manager }: HttpStream): boolean {
  if (route === undefined) return true;
  const own = route.action.kind === 'forward' ? route.action.upgrades.get(upgrade) : undefined;
  return own ?? manager.options.upgrades.get(upgrade) ?? false;
}
