import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClusterStats } from '../cluster/cluster-stats.js';
import { ManagerStats } from '../http/manager-stats.js';
import { StatsStore } from '../stats/store.js';
import { FlowControl } from './flow-control.js';

test('each wait of one side for the other counts once, and so does its end', () => {
  const store = new StatsStore();
  const flow = new FlowControl(new ClusterStats(store, 'up'), new ManagerStats(store, 'web', 'listener.l'));
  const counts = (): number[] =>
    [
      'cluster.up.upstream_flow_control_backed_up_total',
      'cluster.up.upstream_flow_control_drained_total',
      'cluster.up.upstream_flow_control_paused_reading_total',
      'cluster.up.upstream_flow_control_resumed_reading_total',
      'http.web.downstream_flow_control_paused_reading_total',
      'http.web.downstream_flow_control_resumed_reading_total',
    ].map((name) => store.counters.get(name)!.value);
  flow.releaseRequest();
  flow.releaseResponse();
  assert.deepEqual(counts(), [0, 0, 0, 0, 0, 0]);
  flow.holdRequest();
  flow.holdRequest();
  flow.holdResponse();
  assert.deepEqual(counts(), [1, 0, 1, 0, 1, 0]);
  flow.releaseRequest();
  flow.releaseRequest();
  flow.releaseResponse();
  flow.holdRequest();
  assert.deepEqual(counts(), [2, 1, 1, 1, 2, 1]);
});
