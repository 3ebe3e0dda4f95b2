import type { ClusterStats } from '../cluster/cluster-stats.js';
import type { ManagerStats } from '../http/manager-stats.js';

/** Counts how often one side of a request had to wait for the other: each wait once, however many bytes find it. */
export class FlowControl {
  private requestHeld = false;
  private responseHeld = false;

  constructor(
    private readonly cluster: ClusterStats,
    private readonly manager: ManagerStats,
  ) {}

  /** The upstream reads slowly, and so we read the client. */
  holdRequest(): void {
    if (this.requestHeld) return;
    this.requestHeld = true;
    this.cluster.counters.upstream_flow_control_backed_up_total.value++;
    this.manager.counters.downstream_flow_control_paused_reading_total.value++;
  }

  releaseRequest(): void {
    if (!this.requestHeld) return;
    this.requestHeld = false;
    this.cluster.counters.upstream_flow_control_drained_total.value++;
    this.manager.counters.downstream_flow_control_resumed_reading_total.value++;
  }

  /** The client reads slowly, and so we read the upstream. */
  holdResponse(): void {
    if (this.responseHeld) return;
    this.responseHeld = true;
    this.cluster.counters.upstream_flow_control_paused_reading_total.value++;
  }

  releaseResponse(): void {
    if (!this.responseHeld) return;
    this.responseHeld = false;
    this.cluster.counters.upstream_flow_control_resumed_reading_total.value++;
  }
}
