import { isIP } from 'node:net';
import type { Cluster as ClusterConfig } from '../../../xds/types/gen/envoy/config/cluster/v3/cluster_pb.js';
import { ConfigError } from '../../errors.js';
import { isPipe } from '../../network.js';
import { membershipOf } from '../assignment.js';
import { DEFAULT_LEVEL_POLICY } from '../lb/host-level.js';
import type { Discovery, Membership } from './discovery.js';

/** Hosts that the cluster's own message lists. */
export class StaticDiscovery implements Discovery {
  private readonly membership: Membership;

  constructor(config: ClusterConfig) {
    const assignment = config.loadAssignment;
    this.membership =
      assignment === undefined
        ? { hosts: [], policy: DEFAULT_LEVEL_POLICY, drop: 0 }
        : membershipOf(assignment, 'load_assignment.');
    for (const host of this.membership.hosts) {
      if (isIP(host.address) === 0 && !isPipe(host.address)) {
        throw new ConfigError(
          'load_assignment',
          `${JSON.stringify(host.address)} is not an IP address; use STRICT_DNS for names`,
        );
      }
    }
  }

  start(update: (membership: Membership) => void): void {
    update(this.membership);
  }

  stop(): void {}
}
