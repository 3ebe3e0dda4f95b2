import type { FieldError } from '../../kind.js';
import type { ServiceObject } from '../../types.js';
import { invalid } from '../../validation/errors.js';

/** Addresses and ports that services of a cluster are given. IPv4, CIDR notation. */
export interface ServiceRange {
  readonly cidr: string;
  readonly nodePortMin: number;
  readonly nodePortMax: number;
}

export const DEFAULT_SERVICE_RANGE: ServiceRange = { cidr: '10.96.0.0/12', nodePortMin: 30000, nodePortMax: 32767 };

/** What other services hold. */
export interface ServiceUse {
  readonly clusterIPs: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
}

/** What a list of services holds. */
export function serviceUse(services: Iterable<ServiceObject>): ServiceUse {
  const clusterIPs = new Set<string>();
  const nodePorts = new Set<number>();
  for (const { spec } of services) {
    if (spec.clusterIP && spec.clusterIP !== 'None') clusterIPs.add(spec.clusterIP);
    for (const port of spec.ports ?? []) if (port.nodePort) nodePorts.add(port.nodePort);
  }
  return { clusterIPs, nodePorts };
}

/**
 * Gives a defaulted service the cluster address and node ports that it needs and lacks, in place. To be called at create and
 * update, after defaults and before validation, with the use of all *other* services, under the same lock as the write.
 *
 * @param old the stored service, whose address an update that says nothing keeps
 * @returns what could not be given
 */
export function allocateService(
  service: ServiceObject,
  use: ServiceUse,
  old?: ServiceObject,
  range: ServiceRange = DEFAULT_SERVICE_RANGE,
): FieldError[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') {
    delete spec.clusterIP;
    delete spec.clusterIPs;
    return [];
  }
  return [...allocateClusterIP(service, use, old, range), ...allocateNodePorts(service, use, old, range)];
}

function allocateClusterIP(
  { metadata, spec }: ServiceObject,
  use: ServiceUse,
  old: ServiceObject | undefined,
  range: ServiceRange,
): FieldError[] {
  spec.clusterIP ||= spec.clusterIPs?.[0] || old?.spec.clusterIP || '';
  if (spec.clusterIP === '') {
    const found = freeAddress(`${metadata.namespace}/${metadata.name}`, use.clusterIPs, range.cidr);
    if (!found) return [invalid('spec.clusterIPs', [], 'failed to allocate IP: range is full')];
    spec.clusterIP = found;
  } else if (spec.clusterIP !== 'None' && spec.clusterIP !== old?.spec.clusterIP) {
    const problem = problemOf(spec.clusterIP, use.clusterIPs, range.cidr);
    if (problem)
      return [invalid('spec.clusterIPs', [spec.clusterIP], `failed to allocate IP ${spec.clusterIP}: ${problem}`)];
  }
  spec.clusterIPs = [spec.clusterIP];
  return [];
}

function problemOf(ip: string, used: ReadonlySet<string>, cidr: string): string | undefined {
  const { base, size } = parseCidr(cidr);
  const address = toNumber(ip);
  if (!(address > base && address < base + size - 1)) {
    return `the provided IP (${ip}) is not in the valid range. The range of valid IPs is ${cidr}`;
  }
  return used.has(ip) ? 'provided IP is already allocated' : undefined;
}

/** Starts at a place that the name gives, so that a service deleted and made again has its old address. */
function freeAddress(name: string, used: ReadonlySet<string>, cidr: string): string | undefined {
  const { base, size } = parseCidr(cidr);
  // The first addresses stay free for those who ask for one by number, as in Kubernetes.
  const reserved = Math.min(Math.max(16, Math.floor(size / 16)), 256);
  const usable = size - reserved - 1;
  const start = hash(name) % usable;
  for (let i = 0; i < usable; i++) {
    const ip = toAddress(base + reserved + ((start + i) % usable));
    if (!used.has(ip)) return ip;
  }
  return undefined;
}

function allocateNodePorts(
  { metadata, spec }: ServiceObject,
  use: ServiceUse,
  old: ServiceObject | undefined,
  range: ServiceRange,
): FieldError[] {
  const needed =
    spec.type === 'NodePort' || (spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts !== false);
  const taken = new Set(use.nodePorts);
  const before = new Map((old?.spec.ports ?? []).map((port) => [`${port.protocol}/${port.port}`, port.nodePort]));
  return (spec.ports ?? []).flatMap((port, i) => {
    if (!needed) {
      if (spec.type === 'ClusterIP') delete port.nodePort;
      return [];
    }
    const field = `spec.ports[${i}].nodePort`;
    port.nodePort ||= before.get(`${port.protocol}/${port.port}`);
    if (port.nodePort) {
      if (taken.has(port.nodePort)) return [invalid(field, port.nodePort, 'provided port is already allocated')];
      if (port.nodePort < range.nodePortMin || port.nodePort > range.nodePortMax) {
        const valid = `${range.nodePortMin}-${range.nodePortMax}`;
        return [
          invalid(
            field,
            port.nodePort,
            `provided port is not in the valid range. The range of valid ports is ${valid}`,
          ),
        ];
      }
    } else {
      const found = freePort(`${metadata.namespace}/${metadata.name}/${port.port}`, taken, range);
      if (!found) return [invalid(field, 0, 'failed to allocate a nodePort: range is full')];
      port.nodePort = found;
    }
    taken.add(port.nodePort);
    return [];
  });
}

function freePort(name: string, taken: ReadonlySet<number>, range: ServiceRange): number | undefined {
  const size = range.nodePortMax - range.nodePortMin + 1;
  const start = hash(name) % size;
  for (let i = 0; i < size; i++) {
    const port = range.nodePortMin + ((start + i) % size);
    if (!taken.has(port)) return port;
  }
  return undefined;
}

function parseCidr(cidr: string): { base: number; size: number } {
  const [ip = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  return { base: Math.floor(toNumber(ip) / size) * size, size };
}

function toNumber(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
