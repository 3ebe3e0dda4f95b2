import { CRON_JOB, DAEMON_SET, DEPLOYMENT, JOB, REPLICA_SET, STATEFUL_SET } from './bases.js';
import { badManifests, type Mistake, REMOVED } from './manifest.js';

const NOT_NEGATIVE = 'must be greater than or equal to 0';
const rolling = 'spec.strategy.rollingUpdate';

const SHARED: readonly Mistake[] = [
  ['spec.selector', REMOVED, 'Required value'],
  ['spec.selector', {}, 'empty selector is invalid'],
  [
    'spec.selector.matchLabels',
    { app: 'other' },
    '`selector` does not match template `labels`',
    'spec.template.metadata.labels',
  ],
  ['spec.selector.matchLabels', { app: 'x y' }, 'a valid label must be'],
  [
    'spec.selector.matchExpressions',
    [{ key: 'app', operator: 'Like' }],
    'supported values: "In"',
    'spec.selector.matchExpressions[0].operator',
  ],
  [
    'spec.selector.matchExpressions',
    [{ key: 'app', operator: 'In' }],
    "must be specified when `operator` is 'In' or 'NotIn'",
    'spec.selector.matchExpressions[0].values',
  ],
  [
    'spec.selector.matchExpressions',
    [{ key: 'app', operator: 'Exists', values: ['a'] }],
    "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
    'spec.selector.matchExpressions[0].values',
  ],
  [
    'spec.selector.matchExpressions',
    [{ key: 'a b', operator: 'Exists' }],
    'name part must consist of',
    'spec.selector.matchExpressions[0].key',
  ],
  ['spec.template', REMOVED, 'Required value'],
  ['spec.template.spec.containers', [], 'Required value'],
  ['spec.template.spec.restartPolicy', 'Never', 'supported values: "Always"'],
  ['spec.template.spec.containers[0].image', REMOVED, 'Required value'],
  ['spec.minReadySeconds', -1, NOT_NEGATIVE],
];

const REPLICAS: readonly Mistake[] = [
  ['spec.replicas', -1, NOT_NEGATIVE],
  ['spec.replicas', 'two', 'must be of type integer'],
  ['spec.replicas', 1.5, 'must be of type integer'],
  ['spec.replicas', 2 ** 40, 'must fit into 32 bits'],
];

const DEPLOYMENTS: readonly Mistake[] = [
  ['spec.strategy.type', 'Slowly', 'supported values: "Recreate", "RollingUpdate"'],
  [
    'spec.strategy',
    { type: 'Recreate', rollingUpdate: {} },
    "may not be specified when strategy `type` is 'Recreate'",
    rolling,
  ],
  [rolling, { maxSurge: 0, maxUnavailable: 0 }, 'may not be 0 when `maxSurge` is 0', `${rolling}.maxUnavailable`],
  [rolling, { maxSurge: '25' }, 'a valid percent string must be', `${rolling}.maxSurge`],
  [rolling, { maxUnavailable: '101%' }, 'must not be greater than 100%', `${rolling}.maxUnavailable`],
  [rolling, { maxUnavailable: -1 }, NOT_NEGATIVE, `${rolling}.maxUnavailable`],
  ['spec.revisionHistoryLimit', -1, NOT_NEGATIVE],
  ['spec.progressDeadlineSeconds', 0, 'must be greater than minReadySeconds'],
  ['spec.paused', 'yes', 'must be of type boolean'],
];

const STATEFUL_SETS: readonly Mistake[] = [
  ['spec.podManagementPolicy', 'Any', 'supported values: "OrderedReady", "Parallel"'],
  [
    'spec.updateStrategy',
    { type: 'Recreate' },
    'supported values: "RollingUpdate", "OnDelete"',
    'spec.updateStrategy.type',
  ],
  ['spec.updateStrategy.rollingUpdate', { partition: -1 }, NOT_NEGATIVE, 'spec.updateStrategy.rollingUpdate.partition'],
  [
    'spec.volumeClaimTemplates',
    [{ metadata: { name: 'd' }, spec: {} }],
    'at least 1 access mode is required',
    'spec.volumeClaimTemplates[0].spec.accessModes',
  ],
  [
    'spec.persistentVolumeClaimRetentionPolicy',
    { whenScaled: 'Keep' },
    'supported values: "Retain", "Delete"',
    'spec.persistentVolumeClaimRetentionPolicy.whenScaled',
  ],
];

const JOBS: readonly Mistake[] = [
  ['spec', REMOVED, 'Required value', 'spec.template'],
  ['spec.template', REMOVED, 'Required value'],
  ['spec.template.spec.restartPolicy', 'Always', 'supported values: "OnFailure", "Never"'],
  ['spec.template.spec.restartPolicy', REMOVED, 'supported values: "OnFailure", "Never"'],
  ['spec.parallelism', -1, NOT_NEGATIVE],
  ['spec.completions', -1, NOT_NEGATIVE],
  ['spec.backoffLimit', -1, NOT_NEGATIVE],
  ['spec.activeDeadlineSeconds', -1, NOT_NEGATIVE],
  ['spec.ttlSecondsAfterFinished', -1, NOT_NEGATIVE],
  ['spec.completionMode', 'Any', 'supported values: "NonIndexed", "Indexed"'],

  ['spec.podFailurePolicy', { rules: [] }, 'leave it out'],
];

const CRON_JOBS: readonly Mistake[] = [
  ['metadata.name', 'n'.repeat(53), 'must be no more than 52 characters'],
  ['spec', REMOVED, 'Required value'],
  ['spec.schedule', '', 'Required value'],
  ['spec.schedule', '* * * *', 'expected exactly 5 fields, found 4'],
  ['spec.schedule', '61 * * * *', 'minute 61 is not between 0 and 59'],
  ['spec.schedule', 'TZ=UTC 0 * * * *', 'use timeZone field instead'],
  ['spec.timeZone', 'Mars/Olympus', 'unknown time zone Mars/Olympus'],
  ['spec.timeZone', '', 'must be nil or non-empty string'],
  ['spec.concurrencyPolicy', 'Maybe', 'supported values: "Allow", "Forbid", "Replace"'],
  ['spec.startingDeadlineSeconds', -1, NOT_NEGATIVE],
  ['spec.failedJobsHistoryLimit', -1, NOT_NEGATIVE],
  ['spec.jobTemplate', REMOVED, 'Required value'],
  ['spec.jobTemplate.spec.template.spec.restartPolicy', 'Always', 'supported values: "OnFailure", "Never"'],
];

export const BAD_WORKLOADS = [
  ...badManifests(DEPLOYMENT, [...SHARED, ...REPLICAS, ...DEPLOYMENTS]),
  ...badManifests(REPLICA_SET, [...SHARED, ...REPLICAS]),
  ...badManifests(STATEFUL_SET, [...SHARED, ...REPLICAS, ...STATEFUL_SETS]),
  ...badManifests(DAEMON_SET, [
    ...SHARED,
    [
      'spec.updateStrategy',
      { type: 'Recreate' },
      'supported values: "RollingUpdate", "OnDelete"',
      'spec.updateStrategy.type',
    ],
  ]),
  ...badManifests(JOB, JOBS),
  ...badManifests(CRON_JOB, CRON_JOBS),
];
