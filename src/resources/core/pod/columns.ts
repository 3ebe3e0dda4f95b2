import type { PrinterColumn } from '../../kind.js';
import { AGE_COLUMN, column } from '../../printing/columns.js';
import type { PodObject } from '../../types.js';
import { summarizePod } from './status-summary.js';

export const POD_COLUMNS: readonly PrinterColumn[] = [
  column<PodObject>('Ready', (pod, now_ms) => summarizePod(pod, now_ms).ready),
  column<PodObject>('Status', (pod, now_ms) => summarizePod(pod, now_ms).status),
  column<PodObject>('Restarts', (pod, now_ms) => summarizePod(pod, now_ms).restarts),
  AGE_COLUMN,
  column<PodObject>('IP', (pod) => pod.status?.podIPs?.[0]?.ip || pod.status?.podIP || '<none>', { wide: true }),
  column<PodObject>('Node', (pod) => pod.spec.nodeName || '<none>', { wide: true }),
  column<PodObject>('Nominated Node', (pod) => pod.status?.nominatedNodeName || '<none>', { wide: true }),
  column<PodObject>('Readiness Gates', readinessGates, { wide: true }),
];

function readinessGates(pod: PodObject): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const passed = gates.filter((gate) =>
    pod.status?.conditions?.some((each) => each.type === gate.conditionType && each.status === 'True'),
  );
  return `${passed.length}/${gates.length}`;
}
