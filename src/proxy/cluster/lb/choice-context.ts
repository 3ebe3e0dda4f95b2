import type { JsonValue } from '@bufbuild/protobuf';
import type { SocketAddress } from '../../network.js';
import type { Host } from '../host.js';
import type { HostLevel } from './host-level.js';
import type { PriorityLoads } from './priority-loads.js';

/** Key -> value of the endpoint metadata `envoy.lb` that a request asks for. */
export type MetadataCriteria = ReadonlyMap<string, JsonValue>;

/** What a retry policy says of hosts: choose again when one is refused, a bounded number of times. */
export interface HostFilter {
  readonly attempts: number;
  refuses(host: Host): boolean;
}

/** A retry policy's say in how much each priority gets. */
export type LoadsOverride = (levels: readonly HostLevel[], loads: PriorityLoads) => PriorityLoads;

/** Where one request may go; what a balancer is told. */
export interface ChoiceContext {
  /** Where a captured connection wanted to go. */
  readonly destination: SocketAddress | undefined;
  /** The request's hash; asked for at most once a choice, and by balancers that hash alone. */
  readonly hash?: (() => bigint | undefined) | undefined;
  readonly criteria?: MetadataCriteria | undefined;
  readonly hostFilter?: HostFilter | undefined;
  readonly overrideLoads?: LoadsOverride | undefined;
  /** The value of a field of the request, for clusters whose destination stands in one. */
  readonly header?: ((name: string) => string | undefined) | undefined;
}
