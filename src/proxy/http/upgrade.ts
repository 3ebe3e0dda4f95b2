import type { HttpStream } from './http-stream.js';

/** Whether the route, or else the listener, allows what a request asks to become. A request without a route has its own answer. */
export function allowsUpgrade({ upgrade, route, manager }: HttpStream): boolean {
  if (route === undefined) return true;
  const own = route.action.kind === 'forward' ? route.action.upgrades.get(upgrade) : undefined;
  return own ?? manager.options.upgrades.get(upgrade) ?? false;
}
