import { INJECT_KEY, NAMESPACE_LABEL, SIDECAR_CONTAINER_NAME } from '../../resources/injection/sidecar.js';
import type { KubeObject } from '../../resources/object.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import { fullName, type Subject } from '../subject.js';
import { isOfSystem } from '../system.js';
import { toWorkload } from '../workloads.js';
import type { World } from '../world.js';

const REVISION_LABEL = 'istio.io/rev';
const MODE_LABEL = 'istio.io/dataplane-mode';

export const injection: Analyzer = {
  name: 'injection.Analyzer',
  description: 'Checks the labels by which namespaces ask for sidecars, and that their pods have them',
  types: [IST.NamespaceNotInjected, IST.NamespaceMultipleInjectionLabels, IST.PodMissingProxy],
  inputs: ['Namespace', 'Pod'],
  analyze(world, report) {
    for (const subject of world.all('Namespace')) {
      if (!isOfSystem(subject)) checkNamespace(report, subject);
    }
    for (const subject of world.all('Pod')) {
      // A pod in a file is what injection is still to change.
      if (subject.origin === undefined && wantsProxy(world, subject) && !hasProxy(subject)) {
        report(IST.PodMissingProxy, subject, {
          field: '',
          text: `The pod ${fullName(subject)} is missing the Istio proxy. This can often be resolved by restarting or redeploying the workload.`,
          fix: 'Delete the pod: the one that replaces it gets a sidecar.',
        });
      }
    }
  },
};

function checkNamespace(report: Report, subject: Subject): void {
  const { name, labels = {} } = subject.object.metadata;
  const injectionLabel = labels[NAMESPACE_LABEL];
  const others = [REVISION_LABEL, MODE_LABEL].filter((label) => labels[label] !== undefined);
  const counted = injectionLabel === undefined || injectionLabel === 'enabled' ? others : [];
  const all = [...(injectionLabel === undefined ? [] : [NAMESPACE_LABEL]), ...counted];
  if (all.length > 1) {
    report(IST.NamespaceMultipleInjectionLabels, subject, {
      field: 'metadata.labels',
      text: `The namespace has more than one type of injection labels [${all.map((label) => `${label}=${labels[label]}`).join(' ')}], which may lead to undefined behavior. Make sure only one injection label exists.`,
      fix: `Keep one of them: kubectl label namespace ${name} ${all[1]}-`,
    });
  }
  if (injectionLabel || labels[REVISION_LABEL] !== undefined || labels[MODE_LABEL] === 'ambient') return;
  report(IST.NamespaceNotInjected, subject, {
    field: 'metadata',
    text: `The namespace is not enabled for Istio injection. Run 'kubectl label namespace ${name} istio-injection=enabled' to enable it, or 'kubectl label namespace ${name} istio-injection=disabled' to explicitly mark it as not needing injection.`,
    fix: `kubectl label namespace ${name} istio-injection=enabled`,
  });
}

function wantsProxy(world: World, { object }: Subject<KubeObject>): boolean {
  const { metadata, spec } = object as KubeObject & { spec?: { hostNetwork?: boolean } };
  const namespace = world.find('Namespace', '', metadata.namespace ?? '');
  if (namespace?.object.metadata.labels?.[NAMESPACE_LABEL] !== 'enabled' || spec?.hostNetwork) return false;
  const said = metadata.labels?.[INJECT_KEY] ?? metadata.annotations?.[INJECT_KEY];
  return said?.toLowerCase() !== 'false';
}

function hasProxy(subject: Subject): boolean {
  const { containers = [], initContainers = [] } = toWorkload(subject)?.spec ?? {};
  return [...containers, ...initContainers].some(({ name, image }) => name === SIDECAR_CONTAINER_NAME && image);
}
