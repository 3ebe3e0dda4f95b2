import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';

const KINDS = [
  ...['RouteRule', 'DestinationPolicy', 'EgressRule', 'Ingress'],
  ...['VirtualService', 'DestinationRule', 'Gateway', 'ServiceEntry', 'Sidecar', 'WorkloadEntry', 'EnvoyFilter'],
];

/** Of a mesh that has nobody to tell yet. */
const NOT_YET: ReadonlySet<string> = new Set(['NoProxies', 'Pending']);

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export const conditions: Analyzer = {
  name: 'conditions.ConditionAnalyzer',
  description: 'Checks for conditions by which the mesh says that a resource does not do what it says',
  types: [IST.NegativeConditionStatus],
  inputs: KINDS,
  analyze(world, report) {
    for (const subject of KINDS.flatMap((kind) => world.all(kind))) {
      // What a file says of its status is from another time.
      if (subject.origin !== undefined) continue;
      const { conditions: all = [] } = (subject.object['status'] ?? {}) as { conditions?: Condition[] };
      for (const { type, status, reason = '', message = '' } of all) {
        if (status !== 'False' || NOT_YET.has(reason)) continue;
        report(IST.NegativeConditionStatus, subject, {
          field: 'status.conditions',
          text: `A condition with a negative status is present: type=${type}, reason=${reason}, message=${message}.`,
          fix: 'Correct what the message names; the condition follows by itself.',
        });
      }
    }
  },
};
