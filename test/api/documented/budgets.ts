import { PODS, type Story } from './story.js';

const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const labels = { app: 'guarded' };
const pod = {
  metadata: { name: 'guarded', labels },
  spec: { nodeName: 'n', containers: [{ name: 'a', image: 'a' }] },
};
const running = { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } };
const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'guarded' } };
const merge = 'application/merge-patch+json';
const status = (generation: number, disruptionsAllowed: number) => ({
  status: {
    observedGeneration: generation,
    disruptionsAllowed,
    currentHealthy: 1,
    desiredHealthy: 1,
    expectedPods: 1,
  },
});

export const BUDGET_STORIES: readonly Story[] = [
  {
    name: 'eviction asks the disruption budget',
    source: 'docs/concepts/scheduling-eviction/api-eviction, docs/tasks/run-application/configure-pdb',
    steps: [
      { call: `POST ${PODS}`, body: pod, is: 201 },
      { call: `PATCH ${PODS}/guarded/status`, type: merge, body: running, is: 200 },
      {
        call: `POST ${BUDGETS}`,
        body: { metadata: { name: 'guard' }, spec: { minAvailable: 1, selector: { matchLabels: labels } } },
        is: 201,
        has: { 'metadata.generation': 1, 'status.disruptionsAllowed': 0 },
      },
      {
        call: `POST ${PODS}/guarded/eviction`,
        body: eviction,
        is: 429,
        has: {
          reason: 'TooManyRequests',
          message: "Cannot evict pod as it would violate the pod's disruption budget.",
          'details.causes.0.reason': 'DisruptionBudget',
          'details.causes.0.message': 'The disruption budget guard is still being processed by the server.',
          'details.retryAfterSeconds': 10,
        },
        header: { 'retry-after': /^10$/ },
      },
      { call: `PATCH ${BUDGETS}/guard/status`, type: merge, body: status(1, 0), is: 200 },
      {
        call: `POST ${PODS}/guarded/eviction`,
        body: eviction,
        is: 429,
        has: {
          'details.causes.0.message': 'The disruption budget guard needs 1 healthy pods and has 1 currently',
        },
      },
      { call: `PATCH ${BUDGETS}/guard/status`, type: merge, body: status(1, 1), is: 200 },
      { call: `POST ${PODS}/guarded/eviction?dryRun=All`, body: eviction, is: 201 },
      { call: `POST ${PODS}/guarded/eviction`, body: eviction, is: 201 },
      {
        call: `GET ${BUDGETS}/guard`,
        is: 200,
        has: { 'status.disruptionsAllowed': 0, 'status.disruptedPods.guarded': /Z$/ },
      },
      { call: `DELETE ${PODS}/guarded`, body: { gracePeriodSeconds: 0 }, is: 200 },
      { call: `DELETE ${BUDGETS}/guard`, is: 200 },
    ],
  },
  {
    name: 'generation is counted where Kubernetes counts it',
    source: 'docs/reference/using-api/api-concepts',
    steps: [
      {
        call: 'POST /api/v1/namespaces/default/configmaps',
        body: { metadata: { name: 'uncounted' }, data: { a: 'b' } },
        is: 201,
        has: { 'metadata.generation': undefined },
      },
      { call: 'DELETE /api/v1/namespaces/default/configmaps/uncounted', is: 200 },
    ],
  },
];
