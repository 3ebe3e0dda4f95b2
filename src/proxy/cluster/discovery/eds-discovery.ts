import { WheelTimer } from '../../../base/timer-wheel.js';
import type { ClusterLoadAssignment } from '../../../xds/types/gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { milliseconds } from '../../config/duration.js';
import type { ProxyContext } from '../../context.js';
import { membershipOf } from '../assignment.js';
import { DEFAULT_LEVEL_POLICY } from '../lb/host-level.js';
import type { Discovery, Membership } from './discovery.js';

/** Hosts that EDS brings; the configuration calls {@link onAssignment}. */
export class EdsDiscovery implements Discovery {
  private update: ((membership: Membership) => void) | undefined;
  private latest: ClusterLoadAssignment | undefined;
  private readonly staleTimer = new WheelTimer(() => this.onStale());

  constructor(
    private readonly context: ProxyContext,
    /** Counts assignments that say how long they hold, and those that ran out. */
    private readonly count: (event: 'assignment_timeout_received' | 'assignment_stale') => void,
  ) {}

  start(update: (membership: Membership) => void): void {
    this.update = update;
    if (this.latest !== undefined) this.onAssignment(this.latest);
  }

  stop(): void {
    this.update = undefined;
    this.context.wheel.cancel(this.staleTimer);
  }

  onAssignment(assignment: ClusterLoadAssignment): void {
    this.latest = assignment;
    if (this.update === undefined) return;
    this.context.wheel.cancel(this.staleTimer);
    const stale_ms = milliseconds(assignment.policy?.endpointStaleAfter, 0);
    if (stale_ms > 0) {
      this.count('assignment_timeout_received');
      this.context.wheel.arm(this.staleTimer, stale_ms);
    }
    this.update(membershipOf(assignment, ''));
  }

  /** No newer assignment came within the time that the last one gave itself. */
  private onStale(): void {
    this.count('assignment_stale');
    this.update?.({ hosts: [], policy: DEFAULT_LEVEL_POLICY, drop: 0 });
  }
}
