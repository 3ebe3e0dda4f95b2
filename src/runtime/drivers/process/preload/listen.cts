import net = require('node:net');

import type { PreloadSettings } from './pod-settings.cjs';

import settings = require('./settings.cjs');

/** A server on every address, or on localhost, listens on the pod's own address for the application. */
function patchListen(pod: PreloadSettings): void {
  const original = net.Server.prototype.listen as (...args: unknown[]) => net.Server;
  net.Server.prototype.listen = function listen(this: net.Server, ...args: unknown[]): net.Server {
    return original.apply(this, ownAddress(args, pod.appIP));
  } as typeof net.Server.prototype.listen;
}

/** The arguments of `listen` in any of its forms, with the host replaced where it means "here". */
function ownAddress(args: unknown[], appIP: string): unknown[] {
  const [first, ...rest] = args;
  if (typeof first === 'object' && first !== null) {
    if (!('port' in first) || 'fd' in first || 'path' in first || '_handle' in first) return args;
    const host = 'host' in first && typeof first.host === 'string' ? first.host : '';
    return settings.isLocal(host) ? [{ ...first, host: appIP, ipv6Only: false }, ...rest] : args;
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return args;
  if (typeof first === 'function') return [0, appIP, first, ...rest];
  const [host, ...afterHost] = rest;
  if (typeof host === 'string') return settings.isLocal(host) ? [first ?? 0, appIP, ...afterHost] : args;
  // `listen(port, undefined, backlog)` and `listen(port, backlog)` name no host either.
  return [first ?? 0, appIP, ...(host === undefined || host === null ? afterHost : rest)];
}

export = { patchListen };
