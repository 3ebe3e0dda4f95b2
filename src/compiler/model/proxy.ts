import type { JsonValue } from '@bufbuild/protobuf';
import type { Node } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { Locality } from './locality.js';
import type { Labels, PodPort } from './types.js';

/** What our own proxies call themselves. */
const OWN_AGENT = 'trysail';

/** A proxy as its xDS node describes it. */
export interface ProxyNode {
  readonly kind: 'sidecar' | 'router';
  /** Its pod: `namespace/name`. */
  readonly workload: string;
  /** Address of its pod. */
  readonly ip: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** How connections reach it: redirected by the network, or addressed to it because the pod's address is its own. */
  readonly capture: 'redirect' | 'none';
  /** Where the application listens; the pod's address unless capture is none. */
  readonly appAddress: string;
  /** Where it takes requests of programs that were told to use an HTTP proxy. */
  readonly httpProxyPort?: number;
  readonly podPorts: readonly PodPort[];
  readonly locality?: Locality;
  /** Name of its pod's node. */
  readonly node?: string;
  readonly network?: string;
  /** It evaluates Mixer's policy itself: our own proxies do. */
  readonly evaluatesPolicy?: boolean;
  /** It is a gRPC program that speaks xDS itself, without a proxy. */
  readonly isGrpc?: true;
}

/**
 * Reads a node: id `sidecar~IP~POD.NAMESPACE~DOMAIN` (or `router~…`) and Istio's metadata (NAMESPACE, LABELS, POD_PORTS,
 * INTERCEPTION_MODE, GENERATOR) beside ours (APP_ADDRESS, HTTP_PROXY_PORT). Undefined where the id is none of these.
 */
export function proxyOf(node: Node): ProxyNode | undefined {
  const [kind, ip, workload, domain] = node.id.split('~');
  if ((kind !== 'sidecar' && kind !== 'router') || !ip || !workload || !domain) return undefined;
  const metadata: Record<string, JsonValue | undefined> = node.metadata ?? {};
  const capture = metadata['INTERCEPTION_MODE'] === 'NONE' ? 'none' : 'redirect';
  const httpProxyPort = Number(metadata['HTTP_PROXY_PORT'] ?? 0);
  const locality = localityOf(node);
  const nodeName = textOf(metadata['NODE_NAME']);
  const network = textOf(metadata['NETWORK']);
  return {
    kind,
    workload: workloadKey(workload),
    ip,
    namespace: textOf(metadata['NAMESPACE']) ?? workload.slice(workload.lastIndexOf('.') + 1),
    labels: labelsOf(metadata['LABELS']),
    capture,
    appAddress: textOf(metadata['APP_ADDRESS']) ?? ip,
    podPorts: podPortsOf(metadata['POD_PORTS']),
    ...(httpProxyPort > 0 ? { httpProxyPort } : {}),
    ...(locality ? { locality } : {}),
    ...(nodeName ? { node: nodeName } : {}),
    ...(network ? { network } : {}),
    ...(metadata['GENERATOR'] === 'grpc' ? { isGrpc: true as const } : {}),
    ...(node.userAgentName === OWN_AGENT ? { evaluatesPolicy: true } : {}),
  };
}

function localityOf({ locality }: Node): Locality | undefined {
  if (locality === undefined) return undefined;
  const { region, zone, subZone: subzone } = locality;
  return region === '' && zone === '' && subzone === '' ? undefined : { region, zone, subzone };
}

/** `cart-7c9d.shop` -> `shop/cart-7c9d` */
function workloadKey(text: string): string {
  const dot = text.lastIndexOf('.');
  return `${text.slice(dot + 1)}/${text.slice(0, dot)}`;
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function labelsOf(value: JsonValue | undefined): Labels {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([name, label]) => [name, String(label)]));
}

/** A list of numbers or of container ports; Istio's own proxies send the list as JSON text. */
function podPortsOf(value: JsonValue | undefined): PodPort[] {
  const list = typeof value === 'string' ? parseList(value) : value;
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry): PodPort[] => {
    if (typeof entry === 'number') return [{ port: entry, name: '' }];
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [];
    if ((entry['protocol'] ?? 'TCP') !== 'TCP') return [];
    return [{ port: Number(entry['containerPort']), name: textOf(entry['name']) ?? '' }];
  });
}

function parseList(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return [];
  }
}
