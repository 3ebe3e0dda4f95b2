import { RE2JS } from 're2js';
import { matchesLabels } from '../../resources/labels/selector.js';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { ProxyNode } from '../model/proxy.js';
import type { Mesh } from '../model/types.js';
import type { EnvoyFilterModel, Patch } from './patch-types.js';

/** In the order in which they apply. */
export function patchesFor({ envoyFilters, config }: Mesh, proxy: ProxyNode, node: Node): readonly Patch[] {
  return envoyFilters
    .filter((filter) => isFor(filter, proxy, config.rootNamespace))
    .flatMap(({ patches }) => patches.filter((patch) => matchesProxy(patch, proxy, node)));
}

function isFor({ namespace, selector }: EnvoyFilterModel, proxy: ProxyNode, rootNamespace: string): boolean {
  if (namespace !== rootNamespace && namespace !== proxy.namespace) return false;
  return selector === undefined || matchesLabels(selector, proxy.labels);
}

function matchesProxy({ match }: Patch, { kind }: ProxyNode, { metadata = {} }: Node): boolean {
  const context = match.context ?? 'ANY';
  if (context !== 'ANY' && (context === 'GATEWAY') !== (kind === 'router')) return false;
  const { proxyVersion, metadata: wanted = {} } = match.proxy ?? {};
  const version = metadata['ISTIO_VERSION'];
  if (proxyVersion && !(typeof version === 'string' && RE2JS.compile(proxyVersion).matcher(version).find()))
    return false;
  return Object.entries(wanted).every(([key, value]) => metadata[key] === value);
}
