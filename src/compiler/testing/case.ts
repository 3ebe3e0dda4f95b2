import { readFileSync } from 'node:fs';
import { create, type JsonObject } from '@bufbuild/protobuf';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../resources/object.js';
import { type Node, NodeSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import { DEFAULT_MESH_CONFIG, EMPTY_SNAPSHOT, type MeshConfig, type MeshSnapshot } from '../snapshot.js';

/** A golden test's input: objects, and one document of kind Case with the proxies to compile for. */
export interface Case {
  readonly snapshot: MeshSnapshot;
  readonly nodes: readonly Node[];
}

interface CaseDocument {
  kind: 'Case';
  config?: Partial<MeshConfig>;
  nodes: { id: string; userAgentName?: string; metadata?: JsonObject }[];
}

type ListName = Exclude<keyof MeshSnapshot, 'config'>;

const LISTS: Readonly<Record<string, ListName>> = {
  Service: 'services',
  Endpoints: 'endpoints',
  Pod: 'pods',
  Ingress: 'ingresses',
  RouteRule: 'routeRules',
  DestinationPolicy: 'destinationPolicies',
  EgressRule: 'egressRules',
  VirtualService: 'virtualServices',
  DestinationRule: 'destinationRules',
  Gateway: 'gateways',
  ServiceEntry: 'serviceEntries',
};

export function readCase(path: string): Case {
  const documents = readYaml(path);
  const head = documents.find(({ kind }) => kind === 'Case') as unknown as CaseDocument | undefined;
  const objects = documents.filter(({ kind }) => kind !== 'Case');
  return {
    snapshot: snapshotOf(objects, head?.config),
    nodes: (head?.nodes ?? []).map((node) => create(NodeSchema, node)),
  };
}

export function readYaml(path: string): KubeObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8'))
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

export function snapshotOf(objects: readonly KubeObject[], config: Partial<MeshConfig> = {}): MeshSnapshot {
  const lists: Partial<Record<ListName, KubeObject[]>> = {};
  for (const object of objects) {
    const name = LISTS[object.kind];
    if (name === undefined) throw new Error(`No list of the snapshot takes the kind ${object.kind}`);
    lists[name] = [...(lists[name] ?? []), { ...object, metadata: { namespace: 'default', ...object.metadata } }];
  }
  return { ...EMPTY_SNAPSHOT, ...lists, config: { ...DEFAULT_MESH_CONFIG, ...config } };
}
