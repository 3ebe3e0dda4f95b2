import type { JobObject } from '../../types.js';

const PREFIX = 'batch.kubernetes.io/';

/**
 * A Job's pods are found by a label that no other Job's have: its uid. As in Kubernetes the selector is made, and the old names
 * of the labels are there too.
 */
export function labelPods(job: JobObject): void {
  const { spec } = job;
  if (!spec?.template || spec.manualSelector) return;
  const { uid = '', name } = job.metadata;
  spec.template.metadata ??= {};
  spec.template.metadata.labels = {
    ...spec.template.metadata.labels,
    [`${PREFIX}controller-uid`]: uid,
    [`${PREFIX}job-name`]: name,
    'controller-uid': uid,
    'job-name': name,
  };
  spec.selector = { matchLabels: { ...spec.selector?.matchLabels, [`${PREFIX}controller-uid`]: uid } };
}
