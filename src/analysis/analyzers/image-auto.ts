import { wantsSidecarIn } from '../../resources/injection/policy.js';
import { SIDECAR_CONTAINER_NAME } from '../../resources/injection/sidecar.js';
import type { Analyzer } from '../analyzer.js';
import { IST } from '../codes.js';
import { templatePrefix, toWorkload, type Workload } from '../workloads.js';
import type { World } from '../world.js';

const AUTO = 'auto';

export const imageAuto: Analyzer = {
  name: 'injection.ImageAutoAnalyzer',
  description: 'Checks that what asks for an injected image is injected',
  types: [IST.ImageAutoWithoutInjectionWarning, IST.ImageAutoWithoutInjectionError],
  inputs: ['Pod', 'Deployment'],
  analyze(world, report) {
    for (const kind of ['Pod', 'Deployment'] as const) {
      for (const subject of world.all(kind)) {
        const workload = toWorkload(subject)!;
        const index = workload.spec.containers.findIndex(isAuto);
        if (index < 0 || willBeInjected(world, workload)) continue;
        const type = kind === 'Pod' ? IST.ImageAutoWithoutInjectionError : IST.ImageAutoWithoutInjectionWarning;
        report(type, subject, {
          field: `${templatePrefix(kind)}spec.containers[${index}].image`,
          text: `${kind} ${subject.object.metadata.name} contains \`image: auto\` but does not match any Istio injection webhook selectors.`,
          fix: 'Label the pods sidecar.istio.io/inject: "true", or the namespace istio-injection: enabled.',
        });
      }
    }
  },
};

function isAuto({ name, image }: { name: string; image?: string }): boolean {
  return name === SIDECAR_CONTAINER_NAME && image === AUTO;
}

/** A container named as the sidecar keeps injection away, unless it is the one that injection is to fill in. */
function willBeInjected(world: World, { namespace, labels, spec, subject }: Workload): boolean {
  if (subject.origin === undefined && subject.object.kind === 'Pod') return false;
  const containers = spec.containers.filter((container) => !isAuto(container));
  const pod = { metadata: { labels: { ...labels } }, spec: { ...spec, containers: [...containers, { name: 'any' }] } };
  const known = world.find('Namespace', '', namespace)?.object;
  return wantsSidecarIn(pod, known ?? { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
}
