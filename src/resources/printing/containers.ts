import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { PrinterColumn } from '../kind.js';
import { formatLabelSelector } from '../labels/selector.js';
import type { KubeObject } from '../object.js';
import { column } from './columns.js';

interface Workload extends KubeObject {
  spec: { template?: PodTemplateSpec; selector?: LabelSelector };
}

/** What `-o wide` adds to a workload. */
export const WORKLOAD_WIDE_COLUMNS: readonly PrinterColumn[] = [
  column<Workload>('Containers', (object) => of(object, (container) => container.name), { wide: true }),
  column<Workload>('Images', (object) => of(object, (container) => container.image ?? ''), { wide: true }),
  column<Workload>('Selector', (object) => formatLabelSelector(object.spec.selector) || '<none>', { wide: true }),
];

function of({ spec }: Workload, part: (container: { name: string; image?: string }) => string): string {
  return (spec.template?.spec?.containers ?? []).map(part).join(',');
}
