import { readFileSync } from 'node:fs';
import { create, type JsonObject } from '@bufbuild/protobuf';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../resources/object.js';
import { type Node, NodeSchema } from '../../xds/types/gen/envoy/config/core/v3/base_pb.js';
import type { MeshConfig, MeshSnapshot } from '../snapshot.js';
import { snapshotOf } from '../snapshot-kinds.js';

/** A golden test's input: objects, and one document of kind Case with the proxies to compile for. */
export interface Case {
  readonly snapshot: MeshSnapshot;
  readonly nodes: readonly Node[];
}

interface CaseDocument {
  kind: 'Case';
  config?: Partial<MeshConfig>;
  nodes: { id: string; userAgentName?: string; metadata?: JsonObject; locality?: { region?: string; zone?: string } }[];
}

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
