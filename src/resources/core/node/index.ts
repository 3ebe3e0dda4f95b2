import type { KindDefinition } from '../../kind.js';
import { AGE_COLUMN, column, listed } from '../../printing/columns.js';
import { schemaRef } from '../../schemas/index.js';
import type { NodeObject } from '../../types.js';
import { validateMetadata } from '../../validation/metadata.js';
import { qualifiedName } from '../../validation/names.js';
import { oneOf, ruled } from '../../validation/values.js';

const ROLE_LABEL_PREFIX = 'node-role.kubernetes.io/';
const ROLE_LABEL = 'kubernetes.io/role';

const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export const NODE: KindDefinition = {
  group: '',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  shortNames: ['no'],
  namespaced: false,
  versions: [{ name: 'v1', storage: true, schema: schemaRef('io.k8s.api.core.v1.Node') }],
  subresources: { status: true },
  columns: [
    column<NodeObject>('Status', statusText),
    column<NodeObject>('Roles', (node) => listed(roles(node))),
    AGE_COLUMN,
    column<NodeObject>('Version', (node) => node.status?.nodeInfo?.kubeletVersion ?? ''),
    column<NodeObject>('Internal-IP', (node) => address(node, 'InternalIP'), { wide: true }),
    column<NodeObject>('External-IP', (node) => address(node, 'ExternalIP'), { wide: true }),
    column<NodeObject>('OS-Image', (node) => node.status?.nodeInfo?.osImage || '<unknown>', { wide: true }),
    column<NodeObject>('Kernel-Version', (node) => node.status?.nodeInfo?.kernelVersion || '<unknown>', { wide: true }),
    column<NodeObject>('Container-Runtime', (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>', {
      wide: true,
    }),
  ],
  selectableFields: { 'spec.unschedulable': (node) => String((node as NodeObject).spec?.unschedulable ?? false) },
  validate: (object) => [
    ...validateMetadata(object),
    ...((object as NodeObject).spec?.taints ?? []).flatMap(({ key, effect }, i) => [
      ...ruled(qualifiedName, `spec.taints[${i}].key`, key),
      ...oneOf(`spec.taints[${i}].effect`, effect, TAINT_EFFECTS),
    ]),
  ],
};

function statusText(node: NodeObject): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const words = [ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown'];
  if (node.spec?.unschedulable) words.push('SchedulingDisabled');
  return words.join(',');
}

function roles(node: NodeObject): string[] {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_LABEL_PREFIX) && key !== ROLE_LABEL_PREFIX) found.add(key.slice(ROLE_LABEL_PREFIX.length));
    else if (key === ROLE_LABEL && value) found.add(value);
  }
  return [...found].sort();
}

function address(node: NodeObject, type: string): string {
  return node.status?.addresses?.find((each) => each.type === type)?.address ?? '<none>';
}
