import { fromBinary, toJson } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';
import { messageOf } from '../../base/errors.js';
import type { Value } from '../../expr/index.js';
import {
  POLICY_RESOURCE,
  Policy,
  type PolicyEnvironment,
  type PolicyResource,
  type PolicyWorkload,
  WORKLOAD_PREFIX,
  workloadAttributes,
} from '../../policy/index.js';
import { ConfigError } from '../errors.js';

/** What holds at this proxy. */
export interface CurrentPolicy {
  readonly policy: Policy;
  readonly destination: ReadonlyMap<string, Value>;
  /** The service that a Host without port means. */
  serviceOf(host: string): string;
}

/** The policy of one logical proxy, and the workloads that may call it. */
export class PolicyStore {
  /** Undefined where nothing is to be checked or reported: then a request costs a look at this. */
  current: CurrentPolicy | undefined;
  private readonly callers = new Map<string, ReadonlyMap<string, Value>>();

  constructor(private readonly environment: PolicyEnvironment) {}

  /** @throws ConfigError; the old stays */
  set(name: string, body: Uint8Array): void {
    const value: unknown = toJson(StructSchema, fromBinary(StructSchema, body));
    if (name === POLICY_RESOURCE) this.setPolicy(value as PolicyResource);
    else if (name.startsWith(WORKLOAD_PREFIX)) this.setWorkload(name, value as PolicyWorkload);
    else throw new ConfigError('', 'is neither the policy nor a workload');
  }

  remove(name: string): void {
    if (name === POLICY_RESOURCE) this.replace(undefined);
    else this.callers.delete(name.slice(WORKLOAD_PREFIX.length));
  }

  /** Attributes of the workload at an address; undefined for who is not of the mesh. */
  callerAt(address: string): ReadonlyMap<string, Value> | undefined {
    return this.callers.get(address);
  }

  close(): void {
    this.replace(undefined);
  }

  private setWorkload(name: string, workload: PolicyWorkload): void {
    this.callers.set(name.slice(WORKLOAD_PREFIX.length), workloadAttributes(workload));
  }

  private setPolicy(resource: PolicyResource): void {
    let policy: Policy;
    try {
      policy = new Policy(resource.policy, this.environment);
    } catch (error) {
      throw new ConfigError('policy', messageOf(error));
    }
    this.replace({
      policy,
      destination: workloadAttributes(resource.destination),
      serviceOf: serviceFinder(resource),
    });
  }

  private replace(next: CurrentPolicy | undefined): void {
    this.current?.policy.close();
    this.current = next;
  }
}

function serviceFinder({ services }: PolicyResource): (host: string) => string {
  const byName = new Map(services.flatMap(({ host, names }) => names.map((name) => [name, host] as const)));
  const first = services[0]?.host ?? '';
  return (host) => byName.get(host) ?? first;
}
