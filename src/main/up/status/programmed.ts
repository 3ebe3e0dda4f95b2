import { type Mesh, type ObjectRef, objectsBehind, objectsOf, proxyOf, refKey } from '../../../compiler/index.js';
import { proxyName, shortType } from '../mesh-api/proxy-names.js';
import type { ProxyState } from '../proxy-states.js';

/** Names and messages in one condition; the others are counted. */
const SHOWN_MAX = 5;

/** Which proxies have what an object says. */
export interface Programmed {
  readonly type: 'Programmed';
  readonly status: 'True' | 'False';
  readonly reason: 'Programmed' | 'Pending' | 'NoProxies' | 'Rejected';
  readonly message: string;
}

interface Tally {
  concerned: number;
  readonly missing: string[];
  readonly refusals: string[];
}

/** For each object (by {@link refKey}) that has a share in some proxy's configuration. */
export function tallyProxies(mesh: Mesh, proxies: readonly ProxyState[], version: number): ReadonlyMap<string, Tally> {
  const tallies = new Map<string, Tally>();
  const tallyOf = (key: string): Tally => {
    const known = tallies.get(key) ?? { concerned: 0, missing: [], refusals: [] };
    tallies.set(key, known);
    return known;
  };
  for (const proxy of proxies) {
    if (proxyOf(proxy.node) === undefined) continue;
    for (const key of objectsOf(mesh, proxy.node)) {
      const tally = tallyOf(key);
      tally.concerned++;
      if (proxy.settled < version) tally.missing.push(proxyName(proxy.id));
    }
    for (const [ref, text] of refusalsOf(mesh, proxy)) tallyOf(refKey(ref)).refusals.push(text);
  }
  return tallies;
}

function refusalsOf(mesh: Mesh, { id, node, types }: ProxyState): [ObjectRef, string][] {
  return [...types].flatMap(([typeUrl, { rejection }]) => {
    if (rejection === undefined) return [];
    const { resources, message } = rejection;
    const text = `proxy ${proxyName(id)} refuses its ${shortType(typeUrl)}: ${message}`;
    return objectsBehind(mesh, { node, typeUrl, resources, message }).map((ref): [ObjectRef, string] => [ref, text]);
  });
}

export function programmed(tally: Tally | undefined): Programmed {
  if (tally === undefined || tally.concerned === 0) return condition('NoProxies', 'No connected proxy is concerned');
  const { concerned, missing, refusals } = tally;
  const has = `${concerned - missing.length - refusals.length}/${concerned} proxies`;
  if (refusals.length > 0) return condition('Rejected', `${has}; ${shortened(refusals, '; ')}`);
  if (missing.length > 0) return condition('Pending', `${has}; not yet: ${shortened(missing, ', ')}`);
  return condition('Programmed', has);
}

function condition(reason: Programmed['reason'], message: string): Programmed {
  return { type: 'Programmed', status: reason === 'Programmed' ? 'True' : 'False', reason, message };
}

function shortened(texts: readonly string[], separator: string): string {
  const more = texts.length - SHOWN_MAX;
  return texts.slice(0, SHOWN_MAX).join(separator) + (more > 0 ? ` and ${more} more` : '');
}
