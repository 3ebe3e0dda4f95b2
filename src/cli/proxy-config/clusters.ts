import { compareText } from '../../compiler/ordering.js';
import { at, type ConfigDump, type JsonObject, text } from './dump.js';
import type { ProxyConfigFilters, Summary } from './filters.js';

const GAP = 5;

export interface ClusterName {
  readonly direction: string;
  readonly port: number;
  readonly subset: string;
  readonly host: string;
}

/** `outbound|8080|v1|reviews.default.svc.cluster.local`; other names are hosts. */
export function parseClusterName(name: string): ClusterName {
  const parts = name.split('|');
  if (parts.length < 4) return { direction: '', port: 0, subset: '', host: name };
  const [direction = '', port = '', subset = '', host = ''] = parts;
  return { direction, port: Number(port), subset, host };
}

/** The columns of `istioctl proxy-config cluster`. */
export function clusterSummary(dump: ConfigDump, filters: ProxyConfigFilters): Summary {
  const wanted = dump
    .clusters()
    .map((cluster) => ({ cluster, parsed: parseClusterName(text(cluster['name'])) }))
    .filter(({ parsed }) => matches(parsed, filters))
    .sort(
      ({ parsed: left }, { parsed: right }) =>
        compareText(left.host, right.host) ||
        left.port - right.port ||
        compareText(left.subset, right.subset) ||
        compareText(left.direction, right.direction),
    );
  return {
    header: ['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE'],
    rows: wanted.map(({ cluster, parsed }) => [
      parsed.host,
      dash(parsed.port === 0 ? '' : String(parsed.port)),
      dash(parsed.subset),
      dash(parsed.direction),
      typeOf(cluster),
      destinationRule(cluster),
    ]),
    messages: wanted.map(({ cluster }) => cluster),
    gap: GAP,
  };
}

function matches(
  { host, port, subset, direction }: ClusterName,
  { fqdn, port: wantedPort, subset: wantedSubset, direction: wantedDirection }: ProxyConfigFilters,
): boolean {
  return (
    (fqdn === undefined || host.includes(fqdn)) &&
    (wantedPort === undefined || port === wantedPort) &&
    (wantedSubset === undefined || subset === wantedSubset) &&
    (wantedDirection === undefined || direction === wantedDirection)
  );
}

function typeOf(cluster: JsonObject): string {
  const custom = at(cluster, 'cluster_type', 'name');
  if (custom !== undefined) return text(custom);
  return text(cluster['type']) || 'STATIC';
}

/** `reviews.default`, where the control plane says it. */
function destinationRule(cluster: JsonObject): string {
  const config = text(at(cluster, 'metadata', 'filter_metadata', 'istio', 'config'));
  const [, namespace, name] = /namespaces\/([^/]+)\/destination-rule\/([^/]+)$/.exec(config) ?? [];
  return name === undefined ? '' : `${name}.${namespace}`;
}

function dash(value: string): string {
  return value === '' ? '-' : value;
}
