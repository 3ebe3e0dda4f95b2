import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PodObject } from '../../../resources/types.js';
import { rankForDeletion } from './rank.js';

function pod(
  name: string,
  overrides: { node?: string; ready?: string; restarts?: number; cost?: string; phase?: string },
): PodObject {
  const { node, ready, restarts = 0, cost, phase = 'Running' } = overrides;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      creationTimestamp: '2026-01-01T00:00:00Z',
      ...(cost && { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
    spec: { containers: [], ...(node && { nodeName: node }) },
    status: {
      phase,
      ...(ready && { conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: ready }] }),
      containerStatuses: [{ name: 'a', image: 'a', imageID: '', ready: true, restartCount: restarts }],
    },
  };
}

function order(pods: PodObject[]): string[] {
  return rankForDeletion(pods, pods).map(({ metadata }) => metadata.name);
}

test('what serves least goes first: no node, pending, not ready, cheap', () => {
  const at = '2026-01-01T00:00:00Z';
  const pods = [
    pod('serving', { node: 'a', ready: at }),
    pod('cheap', { node: 'a', ready: at, cost: '-1' }),
    pod('not-ready', { node: 'a' }),
    pod('pending', { node: 'a', phase: 'Pending' }),
    pod('homeless', { phase: 'Pending' }),
  ];
  assert.deepEqual(order(pods), ['homeless', 'pending', 'not-ready', 'cheap', 'serving']);
});

test('of equals the one on the fullest node goes first, then the one ready for the shortest time, then the most restarted', () => {
  const early = '2026-01-01T00:00:00Z';
  const late = '2026-01-01T01:00:00Z';
  const pods = [
    pod('alone', { node: 'b', ready: early }),
    pod('calm', { node: 'a', ready: early }),
    pod('restless', { node: 'a', ready: early, restarts: 3 }),
    pod('new', { node: 'a', ready: late }),
  ];
  assert.deepEqual(order(pods), ['new', 'restless', 'calm', 'alone']);
});
