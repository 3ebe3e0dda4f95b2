import { BlockList, isIP } from 'node:net';
import type { CidrRange } from '../../xds/types/gen/envoy/config/core/v3/address_pb.js';
import {
  type FilterChainMatch,
  FilterChainMatch_ConnectionSourceType as SourceType,
} from '../../xds/types/gen/envoy/config/listener/v3/listener_components_pb.js';
import { ConfigError } from '../errors.js';
import type { ConnectionInfo } from '../http/stream-info.js';

/** How well one criterion fits: 0 not at all, 1 because nothing is asked, more the more specific the fit. */
type Criterion = (info: ConnectionInfo) => number;

const UNASKED = 1;

/** In the order in which Envoy looks at them: the first criterion decides before the second is looked at. */
export function compileCriteria(match: FilterChainMatch | undefined, path: string): readonly Criterion[] {
  checkServerNames(match?.serverNames ?? [], `${path}.server_names`);
  return [
    portCriterion(match?.destinationPort),
    rangeCriterion(match?.prefixRanges ?? [], (info) => info.localAddress),
    serverNameCriterion(match?.serverNames ?? []),
    transportCriterion(match?.transportProtocol ?? ''),
    protocolCriterion(match?.applicationProtocols ?? []),
    rangeCriterion(match?.directSourcePrefixRanges ?? [], (info) => info.directRemoteAddress),
    sourceTypeCriterion(match?.sourceType ?? SourceType.ANY),
    rangeCriterion(match?.sourcePrefixRanges ?? [], (info) => info.remoteAddress),
    listCriterion(match?.sourcePorts ?? [], (info) => info.remotePort),
  ];
}

/** The one whose criteria fit best, or undefined. */
export function chooseChain<T extends { readonly criteria: readonly Criterion[] }>(
  chains: readonly T[],
  info: ConnectionInfo,
): T | undefined {
  let left = chains;
  for (let i = 0; i < CRITERIA && left.length > 0; i++) {
    let best = 0;
    let fitting: T[] = [];
    for (const chain of left) {
      const fit = chain.criteria[i]!(info);
      if (fit === 0 || fit < best) continue;
      if (fit > best) fitting = [];
      best = fit;
      fitting.push(chain);
    }
    left = fitting;
  }
  return left[0];
}

const CRITERIA = 9;

function portCriterion(port: number | undefined): Criterion {
  if (port === undefined) return () => UNASKED;
  return (info) => (info.localPort === port ? 2 : 0);
}

function listCriterion(wanted: readonly number[], read: (info: ConnectionInfo) => number): Criterion {
  if (wanted.length === 0) return () => UNASKED;
  return (info) => (wanted.includes(read(info)) ? 2 : 0);
}

function rangeCriterion(ranges: readonly CidrRange[], read: (info: ConnectionInfo) => string): Criterion {
  if (ranges.length === 0) return () => UNASKED;
  const compiled = ranges.map((range) => {
    const list = new BlockList();
    const length = range.prefixLen ?? 0;
    list.addSubnet(range.addressPrefix, length, isIP(range.addressPrefix) === 6 ? 'ipv6' : 'ipv4');
    return { list, length };
  });
  return (info) => {
    const address = read(info);
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    let best = 0;
    for (const { list, length } of compiled) {
      if (length + 2 > best && isIP(address) !== 0 && list.check(address, family)) best = length + 2;
    }
    return best;
  };
}

function serverNameCriterion(names: readonly string[]): Criterion {
  if (names.length === 0) return () => UNASKED;
  return (info) => {
    const asked = info.requestedServerName;
    let best = 0;
    for (const name of names) {
      const fits = name.startsWith('*.') ? asked.endsWith(name.slice(1)) : asked === name;
      if (fits) best = Math.max(best, name.startsWith('*.') ? name.length + 1 : 1000);
    }
    return best;
  };
}

/** @throws ConfigError for a star that stands for part of a label */
function checkServerNames(names: readonly string[], path: string): void {
  names.forEach((name, i) => {
    if (name.replace(/^\*\./, '').includes('*')) {
      throw new ConfigError(`${path}[${i}]`, 'partial wildcards are not supported in server_names');
    }
  });
}

/**
 * One text for each combination of values that a match asks for: two chains with the same one could both be meant.
 */
export function matchKeys(match: FilterChainMatch | undefined): readonly string[] {
  const ranges = (list: readonly CidrRange[]): readonly string[] =>
    list.map((range) => `${range.addressPrefix}/${range.prefixLen ?? 0}`);
  const lists: readonly (readonly (string | number)[])[] = [
    match?.destinationPort === undefined ? [] : [match.destinationPort],
    ranges(match?.prefixRanges ?? []),
    match?.serverNames ?? [],
    [match?.transportProtocol ?? ''],
    match?.applicationProtocols ?? [],
    ranges(match?.directSourcePrefixRanges ?? []),
    [match?.sourceType ?? SourceType.ANY],
    ranges(match?.sourcePrefixRanges ?? []),
    match?.sourcePorts ?? [],
  ];
  let keys = [''];
  for (const list of lists) {
    const values = list.length === 0 ? [''] : list;
    keys = keys.flatMap((key) => values.map((value) => `${key}|${value}`));
  }
  return keys;
}

function transportCriterion(protocol: string): Criterion {
  if (protocol === '') return () => UNASKED;
  return (info) => ((info.transportProtocol || 'raw_buffer') === protocol ? 2 : 0);
}

function protocolCriterion(protocols: readonly string[]): Criterion {
  if (protocols.length === 0) return () => UNASKED;
  // what the client likes best goes first, whatever the order of the chains
  return ({ applicationProtocols: offered }) => {
    const at = offered.findIndex((protocol) => protocols.includes(protocol));
    return at === -1 ? 0 : UNASKED + offered.length - at;
  };
}

function sourceTypeCriterion(type: SourceType): Criterion {
  if (type === SourceType.ANY) return () => UNASKED;
  return (info) => {
    // as Envoy: of the loopback network this address alone
    const local =
      info.remoteAddress === info.localAddress || info.remoteAddress === '127.0.0.1' || info.remoteAddress === '::1';
    return local === (type === SourceType.SAME_IP_OR_LOOPBACK) ? 2 : 0;
  };
}
