import { create } from '@bufbuild/protobuf';
import { FakeClock } from '../base/fake-clock.js';
import { SILENT_LOGGER } from '../base/logger.js';
import type { MeshSnapshot } from '../compiler/index.js';
import { meshOf } from '../compiler/index.js';
import { hostForms } from '../compiler/xds/domains.js';
import {
  httpStatusOf,
  MemoryQuotas,
  MetricRegistry,
  Policy,
  type PolicyWorkload,
  type RuleExplanation,
  textOf,
  type Verdict,
  workloadAttributes,
} from '../policy/index.js';
import { CallAttributes } from '../policy-server/call-attributes.js';
import type { PolicyDirectory } from '../policy-server/index.js';
import { type Address, AddressSchema } from '../xds/types/gen/envoy/config/core/v3/address_pb.js';
import type { RequestSpec } from './request.js';
import type { Locate } from './route-trials.js';
import type { PolicyOutcome, PolicyTrial } from './types.js';

const OK = 0;
const HTTP_PORT = 80;

/** What Mixer's rules at a destination would say of a request. Nothing is charged, and no list is fetched. */
export class PolicyChecker {
  private readonly policy: Policy | undefined;
  private readonly workloads: ReadonlyMap<string, PolicyWorkload>;

  constructor(
    private readonly snapshot: MeshSnapshot,
    private readonly locate: Locate,
  ) {
    const { policy } = meshOf(snapshot);
    this.workloads = new Map((policy?.workloads ?? []).map((each) => [`${each.namespace}/${each.name}`, each]));
    this.policy = policy && new Policy(policy.config, environment());
  }

  /**
   * @param caller `namespace/pod`, and the same for the destination
   * @returns undefined where no rule holds there
   */
  async check(caller: string, destination: string, request: RequestSpec): Promise<PolicyOutcome | undefined> {
    const to = this.workloads.get(destination);
    if (this.policy === undefined || to === undefined) return undefined;
    const from = this.workloads.get(caller);
    const fields = new Map(request.headers.map(([name, value]) => [name.toLowerCase(), value]));
    for (const [name, value] of [
      [':path', request.path],
      [':method', request.method],
      [':authority', request.authority],
    ] as const) {
      fields.set(name, value);
    }
    const call = {
      ...{ source: addressOf(from), destination: addressOf(to), headers: fields, id: '', time_ms: 0 },
      ...{ method: request.method, path: request.path, host: request.authority, scheme: request.scheme },
    };
    const rules = await this.policy.explain(new CallAttributes(call, this.directory()));
    if (rules.length === 0) return undefined;
    const refusal = refusalOf(rules);
    return {
      rules: rules.map((rule) => this.trial(rule)),
      ...(refusal && { answer: { status: httpStatusOf(refusal), body: textOf(refusal) } }),
    };
  }

  close(): void {
    this.policy?.close();
  }

  private trial({ rule, outcome, why, verdicts, charges }: RuleExplanation): PolicyTrial {
    const [namespace = '', name = ''] = rule.split('/');
    const origin = { kind: 'rule', namespace, name, field: 'spec' };
    const place = this.locate(origin);
    return {
      origin: { ...origin, ...(place !== undefined && { place }) },
      outcome,
      ...(why !== '' && { why }),
      verdicts: verdicts.map((verdict) => (typeof verdict === 'string' ? verdict : verdictText(verdict))),
      charges,
    };
  }

  private directory(): PolicyDirectory {
    const byAddress = new Map([...this.workloads.values()].map((each) => [each.ip, workloadAttributes(each)]));
    const { services, config } = meshOf(this.snapshot);
    return {
      policy: this.policy,
      workloadAt: (address) => byAddress.get(address),
      serviceOf: (workload, host) => {
        const namespace = String(workload?.get('namespace') ?? '');
        const own = [...services.values()].find(
          (service) =>
            service.namespace === namespace &&
            (service.addresses.includes(host) ||
              hostForms(service, { namespace }, config.clusterDomain).includes(host)),
        );
        return own?.hostname ?? String(workload?.get('service') ?? '');
      },
    };
  }
}

function addressOf(workload: PolicyWorkload | undefined): Address | undefined {
  if (workload === undefined) return undefined;
  return create(AddressSchema, {
    address: {
      case: 'socketAddress',
      value: { address: workload.ip, portSpecifier: { case: 'portValue', value: HTTP_PORT } },
    },
  });
}

/** The first refusal's code, and what all of them say: as the proxy answers. */
function refusalOf(rules: readonly RuleExplanation[]): Verdict | undefined {
  const refusals = rules
    .flatMap(({ verdicts }) => verdicts)
    .filter((verdict): verdict is Verdict => typeof verdict !== 'string' && verdict.code !== OK);
  const [first] = refusals;
  return first && { code: first.code, message: refusals.map(({ message }) => message).join(', ') };
}

function verdictText(verdict: Verdict): string {
  return verdict.code === OK ? 'allows it' : textOf(verdict);
}

function environment(): ConstructorParameters<typeof Policy>[1] {
  const clock = new FakeClock();
  return {
    clock,
    logger: SILENT_LOGGER,
    quotas: new MemoryQuotas(clock),
    metrics: new MetricRegistry(),
    logs: { write: () => {}, forward: () => {} },
    fetchList: (url) => Promise.reject(new Error(`the list at ${url} is not read here`)),
  };
}
