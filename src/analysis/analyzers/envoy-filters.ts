import type { KubeObject } from '../../resources/object.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import type { MessageType } from '../message-type.js';
import type { Subject } from '../subject.js';

interface Patch {
  readonly applyTo?: string;
  readonly match?: {
    readonly proxy?: { readonly proxyVersion?: string };
    readonly listener?: { readonly filterChain?: { readonly filter?: { readonly name?: string } } };
  };
  readonly patch?: { readonly operation?: string; readonly value?: { readonly name?: string } };
}

interface EnvoyFilter extends KubeObject {
  spec: { configPatches?: Patch[]; priority?: number };
}

const ROUTE_PARTS: ReadonlySet<string> = new Set(['ROUTE_CONFIGURATION', 'HTTP_ROUTE']);
const REPLACEABLE: ReadonlySet<string> = new Set(['NETWORK_FILTER', 'HTTP_FILTER', 'VIRTUAL_HOST']);
const RELATIVE: ReadonlySet<string> = new Set(['REMOVE', 'REPLACE', 'INSERT_BEFORE', 'INSERT_AFTER']);

const SAID: ReadonlyMap<MessageType, readonly [text: string, fix: string]> = new Map([
  [
    IST.EnvoyFilterUsesAddOperationIncorrectly,
    [
      'The ADD operation will be ignored when applyTo is set to ROUTE_CONFIGURATION, or HTTP_ROUTE.',
      'Use MERGE, or INSERT_FIRST for a route.',
    ],
  ],
  [
    IST.EnvoyFilterUsesRemoveOperationIncorrectly,
    [
      'The REMOVE operation will be ignored when applyTo is set to ROUTE_CONFIGURATION, or HTTP_ROUTE.',
      'Remove the whole VIRTUAL_HOST, or change the VirtualService that makes the route.',
    ],
  ],
  [
    IST.EnvoyFilterUsesReplaceOperationIncorrectly,
    ['The REPLACE operation is only valid for HTTP_FILTER and NETWORK_FILTER.', 'Use MERGE, or REMOVE and ADD.'],
  ],
  [
    IST.EnvoyFilterUsesRelativeOperation,
    [
      'This EnvoyFilter does not have a priority and has a relative patch operation set which can cause the EnvoyFilter not to be applied. Using the INSERT_FIRST of ADD option or setting the priority may help in ensuring the EnvoyFilter is applied correctly.',
      'Set spec.priority, so that it comes after what it refers to.',
    ],
  ],
  [
    IST.EnvoyFilterUsesRelativeOperationWithProxyVersion,
    [
      'This EnvoyFilter does not have a priority and has a relative patch operation (INSERT_BEFORE/AFTER, REPLACE, MERGE, DELETE) and proxyVersion set which can cause the EnvoyFilter not to be applied during an upgrade. Using the INSERT_FIRST or ADD option or setting the priority may help in ensuring the EnvoyFilter is applied correctly.',
      'Set spec.priority, so that it comes after what it refers to.',
    ],
  ],
]);

export const envoyFilters: Analyzer = {
  name: 'envoyfilter.EnvoyPatchAnalyzer',
  description: 'Checks that the operations of EnvoyFilters are ones that apply',
  types: [...SAID.keys()],
  inputs: ['EnvoyFilter'],
  analyze(world, report) {
    const forVersions = new Set<string>();
    for (const subject of world.all<EnvoyFilter>('EnvoyFilter')) checkPatches(report, subject, forVersions);
  },
};

/** @param forVersions names of filters that an earlier patch changed for some versions of the proxy */
function checkPatches(report: Report, subject: Subject<EnvoyFilter>, forVersions: Set<string>): void {
  const { configPatches = [], priority } = subject.object.spec;
  for (const [i, each] of configPatches.entries()) {
    const name = each.patch?.value?.name ?? each.match?.listener?.filterChain?.filter?.name ?? '';
    const type = wrongOperation(each) ?? (priority ? undefined : relative(each, forVersions.has(name)));
    if (type) {
      const [text, fix] = SAID.get(type)!;
      report(type, subject, { field: `spec.configPatches[${i}]`, text, fix });
    }
    if (each.match?.proxy?.proxyVersion) forVersions.add(name);
  }
}

function wrongOperation({ applyTo = '', patch }: Patch): MessageType | undefined {
  if (patch?.operation === 'ADD' && ROUTE_PARTS.has(applyTo)) return IST.EnvoyFilterUsesAddOperationIncorrectly;
  if (patch?.operation === 'REMOVE' && ROUTE_PARTS.has(applyTo)) return IST.EnvoyFilterUsesRemoveOperationIncorrectly;
  if (patch?.operation === 'REPLACE' && !REPLACEABLE.has(applyTo)) {
    return IST.EnvoyFilterUsesReplaceOperationIncorrectly;
  }
  return undefined;
}

function relative({ patch }: Patch, forVersions: boolean): MessageType | undefined {
  if (!RELATIVE.has(patch?.operation ?? '')) return undefined;
  return forVersions ? IST.EnvoyFilterUsesRelativeOperationWithProxyVersion : IST.EnvoyFilterUsesRelativeOperation;
}
