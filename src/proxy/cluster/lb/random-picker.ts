import type { Random } from '../../../base/random.js';
import type { Host } from '../host.js';
import type { HostPicker } from './load-balancer.js';

/** Any host, each as likely: weights are not looked at, as in Envoy. */
export class RandomPicker implements HostPicker {
  private hosts: readonly Host[] = [];

  constructor(private readonly random: Random) {}

  update(hosts: readonly Host[]): void {
    this.hosts = hosts;
  }

  pick(): Host | undefined {
    return this.hosts[this.random.below(this.hosts.length)];
  }
}
