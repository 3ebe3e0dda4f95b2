import { lookup, resolve4, resolve6 } from 'node:dns';
import { codeOf } from '../../../base/errors.js';
import { Cluster_DnsLookupFamily as Family } from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';

export interface ResolvedName {
  readonly addresses: readonly string[];
  /** How long the answer holds; undefined when nobody said. */
  readonly ttl_ms: number | undefined;
}

/** @param answer undefined: no answer, or none that says whether there are addresses */
export type OnResolved = (answer: ResolvedName | undefined) => void;

/** Finds the addresses of a name. */
export interface NameResolver {
  /** @param withTtl whether the answer's time to live is wanted, too */
  resolve(name: string, family: Family, withTtl: boolean, done: OnResolved): void;
}

/** As the system resolves names: files, then name servers. */
export class SystemResolver implements NameResolver {
  resolve(name: string, family: Family, withTtl: boolean, done: OnResolved): void {
    if (withTtl) {
      this.askServers(name, family, (answer) => {
        // the name may stand in a file only
        if (answer === undefined || answer.addresses.length === 0) this.askSystem(name, family, done);
        else done(answer);
      });
      return;
    }
    this.askSystem(name, family, done);
  }

  private askSystem(name: string, family: Family, done: OnResolved): void {
    lookup(name, { all: true, family: onlyFamily(family) }, (error, found) => {
      if (error === null) {
        const addresses = (wanted: number): string[] =>
          found.filter((each) => each.family === wanted).map((each) => each.address);
        done({ addresses: prefer(family, addresses(4), addresses(6)), ttl_ms: undefined });
      } else {
        done(saysNone(error) ? { addresses: [], ttl_ms: undefined } : undefined);
      }
    });
  }

  private askServers(name: string, family: Family, done: OnResolved): void {
    const both: [Records, Records] = [[], []];
    const only = onlyFamily(family);
    let left = only === 0 ? 2 : 1;
    let answered = false;
    const collect =
      (at: 0 | 1) =>
      (error: Error | null, records: Records): void => {
        if (error === null) both[at] = records;
        if (error === null || saysNone(error)) answered = true;
        if (--left > 0) return;
        const addresses = prefer(family, addressesOf(both[0]), addressesOf(both[1]));
        const used = both.flat().filter((record) => addresses.includes(record.address));
        const ttl_ms = used.length === 0 ? undefined : Math.min(...used.map((record) => record.ttl)) * 1000;
        done(answered ? { addresses, ttl_ms } : undefined);
      };
    if (only !== 6) resolve4(name, { ttl: true }, collect(0));
    if (only !== 4) resolve6(name, { ttl: true }, collect(1));
  }
}

type Records = readonly { readonly address: string; readonly ttl: number }[];

function addressesOf(records: Records): readonly string[] {
  return records.map((record) => record.address);
}

/** The name exists not, or not with such an address: an answer, other than a server that cannot be reached. */
function saysNone(error: Error): boolean {
  const code = codeOf(error);
  return code === 'ENOTFOUND' || code === 'ENODATA';
}

function onlyFamily(family: Family): 0 | 4 | 6 {
  if (family === Family.V4_ONLY) return 4;
  return family === Family.V6_ONLY ? 6 : 0;
}

function prefer(family: Family, v4: readonly string[], v6: readonly string[]): readonly string[] {
  switch (family) {
    case Family.V4_ONLY:
      return v4;
    case Family.V6_ONLY:
      return v6;
    case Family.V4_PREFERRED:
      return v4.length > 0 ? v4 : v6;
    case Family.ALL:
      return [...v6, ...v4];
    default:
      return v6.length > 0 ? v6 : v4;
  }
}
