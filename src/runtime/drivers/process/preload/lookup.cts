import dns = require('node:dns');
import net = require('node:net');
import util = require('node:util');

import type { PreloadSettings } from './pod-settings.cjs';

import settings = require('./settings.cjs');

type LookupCallback = (error: NodeJS.ErrnoException | null, ...result: unknown[]) => void;

const QUERY_TIMEOUT_MS = 1000;
const QUERY_TRIES_MAX = 2;

/** Names are asked of the pod's DNS first, along its search domains, and of the machine's resolver where the mesh knows none. */
function patchLookup(pod: PreloadSettings): void {
  const names = new MeshNames(pod);
  const original = dns.lookup as (hostname: string, options: dns.LookupOptions, callback: LookupCallback) => void;

  function lookup(hostname: string, second: unknown, third?: unknown): void {
    const callback = (typeof second === 'function' ? second : third) as LookupCallback;
    const options = lookupOptions(second);
    if (!names.mayKnow(hostname, options)) {
      original(hostname, options, callback);
      return;
    }
    names.resolve(hostname, (addresses) => {
      if (addresses.length === 0) original(hostname, options, callback);
      else if (options.all)
        callback(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        );
      else callback(null, addresses[0], 4);
    });
  }

  function lookupPromise(hostname: string, options?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { all } = lookupOptions(options);
      lookup(hostname, options ?? {}, (error: NodeJS.ErrnoException | null, address: unknown, family: unknown) => {
        if (error) reject(error);
        else resolve(all ? address : { address, family });
      });
    });
  }

  Object.defineProperty(lookup, util.promisify.custom, { value: lookupPromise });
  dns.lookup = lookup as unknown as typeof dns.lookup;
  dns.promises.lookup = lookupPromise as unknown as typeof dns.promises.lookup;
  // For dns.resolve4() and its like, which ask one server for the very name.
  dns.setServers([`${pod.podIP}:${pod.dns.port}`]);
}

function lookupOptions(given: unknown): dns.LookupOptions {
  if (typeof given === 'number') return { family: given };
  return typeof given === 'object' && given !== null ? (given as dns.LookupOptions) : {};
}

class MeshNames {
  private resolver: dns.Resolver | undefined;

  constructor(private readonly pod: PreloadSettings) {}

  mayKnow(hostname: unknown, options: dns.LookupOptions): hostname is string {
    if (typeof hostname !== 'string' || hostname === '' || net.isIP(hostname) !== 0) return false;
    return !settings.isLocal(hostname) && options.family !== 6 && options.family !== 'IPv6';
  }

  /** IPv4 addresses; none where the pod's DNS does not know the name. */
  resolve(hostname: string, done: (addresses: string[]) => void): void {
    const fixed = this.pod.hosts[hostname.toLowerCase()];
    if (fixed !== undefined) {
      process.nextTick(done, [fixed]);
      return;
    }
    const candidates = this.candidates(hostname);
    const next = (): void => {
      const name = candidates.shift();
      if (name === undefined) {
        done([]);
        return;
      }
      this.server().resolve4(name, (error, addresses) => {
        if (!error && addresses.length > 0) done(addresses);
        else if (error?.code === 'ECONNREFUSED' || error?.code === 'ETIMEOUT') done([]);
        else next();
      });
    };
    next();
  }

  /** As resolv.conf(5): a name with fewer than `ndots` dots goes along the search list first. */
  private candidates(hostname: string): string[] {
    if (hostname.endsWith('.')) return [hostname];
    const searched = this.pod.dns.searches.map((domain) => `${hostname}.${domain}`);
    const dots = hostname.split('.').length - 1;
    return dots >= this.pod.dns.ndots ? [hostname, ...searched] : [...searched, hostname];
  }

  private server(): dns.Resolver {
    if (!this.resolver) {
      this.resolver = new dns.Resolver({ timeout: QUERY_TIMEOUT_MS, tries: QUERY_TRIES_MAX });
      this.resolver.setServers([`${this.pod.podIP}:${this.pod.dns.port}`]);
    }
    return this.resolver;
  }
}

export = { patchLookup };
