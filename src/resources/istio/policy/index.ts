import type { KindDefinition } from '../../kind.js';
import { attributeManifest } from './attributemanifest.js';
import { denier } from './handlers/denier.js';
import { kubernetesEnv, noop } from './handlers/kubernetesenv.js';
import { listChecker } from './handlers/listchecker.js';
import { fluentd, stdio } from './handlers/logs.js';
import { memquota } from './handlers/memquota.js';
import { prometheus } from './handlers/prometheus.js';
import { redisquota } from './handlers/redisquota.js';
import { checkNothing, listEntry, reportNothing } from './instances/check.js';
import { kubernetes } from './instances/kubernetes.js';
import { logEntry } from './instances/logentry.js';
import { metric } from './instances/metric.js';
import { quota } from './instances/quota.js';
import { traceSpan } from './instances/tracespan.js';
import type { PolicyKind } from './policy-kind.js';
import { quotaSpec } from './quotas/quota-spec.js';
import { quotaSpecBinding } from './quotas/quota-spec-binding.js';
import { rule } from './rule.js';

/** The kinds of Mixer's configuration. */
export const POLICY_KINDS: readonly PolicyKind<unknown>[] = [
  rule,
  attributeManifest,
  denier,
  listChecker,
  memquota,
  redisquota,
  prometheus,
  stdio,
  fluentd,
  kubernetesEnv,
  noop,
  checkNothing,
  listEntry,
  quota,
  metric,
  logEntry,
  traceSpan,
  reportNothing,
  kubernetes,
  quotaSpec,
  quotaSpecBinding,
];

export const POLICY_KIND_DEFINITIONS: readonly KindDefinition[] = POLICY_KINDS.map(({ definition }) => definition);
