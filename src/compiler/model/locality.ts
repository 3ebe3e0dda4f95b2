import type { Labels } from './types.js';

/** Where a proxy or an endpoint runs; '' for what is not known. */
export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subzone: string;
}

export const REGION_LABEL = 'topology.kubernetes.io/region';
export const ZONE_LABEL = 'topology.kubernetes.io/zone';
export const SUBZONE_LABEL = 'topology.istio.io/subzone';
export const HOSTNAME_LABEL = 'kubernetes.io/hostname';
export const NETWORK_LABEL = 'topology.istio.io/network';
/** On a pod: its locality, in place of its node's. Labels cannot hold '/', so that '.' stands for it. */
const LOCALITY_LABEL = 'istio-locality';

/** `region/zone/subzone`; undefined for ''. */
export function parseLocality(text: string): Locality | undefined {
  const [region = '', zone = '', subzone = ''] = text.split('/');
  return region === '' ? undefined : { region, zone, subzone };
}

/** `region/zone/subzone`, without what is empty at the end; '' for none. */
export function localityKey(locality: Locality | undefined): string {
  if (locality === undefined) return '';
  return [locality.region, locality.zone, locality.subzone].join('/').replace(/\/+$/, '');
}

/** What a node says in its labels. */
export function localityOfNode(labels: Labels): Locality | undefined {
  const region = labels[REGION_LABEL] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels[ZONE_LABEL] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  const subzone = labels[SUBZONE_LABEL] ?? '';
  return region === '' && zone === '' && subzone === '' ? undefined : { region, zone, subzone };
}

/** What a pod says of itself, before its node. */
export function localityOfLabels(labels: Labels): Locality | undefined {
  const text = labels[LOCALITY_LABEL];
  if (text === undefined) return undefined;
  return parseLocality(text.includes('/') ? text : text.replaceAll('.', '/'));
}

/** The labels of a workload with those that tell where it runs, as subsets and failoverPriority may ask for them. */
export function topologyLabels(
  labels: Labels,
  place: { locality?: Locality; node?: string; network?: string },
): Labels {
  const { locality, node, network } = place;
  const known: Record<string, string | undefined> = {
    [REGION_LABEL]: locality?.region,
    [ZONE_LABEL]: locality?.zone,
    [SUBZONE_LABEL]: locality?.subzone,
    [HOSTNAME_LABEL]: node,
    [NETWORK_LABEL]: network,
  };
  const given = Object.entries(known).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return given.length === 0 ? labels : { ...labels, ...Object.fromEntries(given) };
}
