import { isIP } from 'node:net';
import { nearestWord } from '../../apiserver/validation/suggestion.js';
import { INJECT_KEY } from '../../resources/injection/sidecar.js';
import type { Analyzer, Report } from '../analyzer.js';
import { IST } from '../codes.js';
import type { Subject } from '../subject.js';
import { isOfSystem } from '../system.js';
import { DEPRECATED_ANNOTATIONS, ISTIO_ANNOTATIONS } from './istio-annotations.js';

const KINDS = ['Namespace', 'Service', 'Pod', 'Deployment'];
const INGRESS_CLASS = 'kubernetes.io/ingress.class';
const IN_FAVOUR_OF: Readonly<Record<string, string>> = {
  [INJECT_KEY]: ' in favor of the "sidecar.istio.io/inject" label',
};

export const annotations: Analyzer = {
  name: 'annotations.K8sAnalyzer',
  description: 'Checks that annotations of Istio exist, are where they belong, and can be read',
  types: [IST.UnknownAnnotation, IST.MisplacedAnnotation, IST.InvalidAnnotation, IST.DeprecatedAnnotation],
  inputs: KINDS,
  analyze(world, report) {
    for (const kind of KINDS) {
      for (const subject of world.all(kind)) {
        if (isOfSystem(subject)) continue;
        for (const [name, value] of Object.entries(subject.object.metadata.annotations ?? {})) {
          if (name === INGRESS_CLASS || isOfIstio(name)) check(report, subject, name, String(value));
        }
      }
    }
  },
};

function isOfIstio(name: string): boolean {
  return name.split('/')[0]!.endsWith('istio.io');
}

function check(report: Report, subject: Subject, name: string, value: string): void {
  const field = `metadata.annotations[${name}]`;
  const kinds = ISTIO_ANNOTATIONS.get(name);
  if (kinds === undefined) {
    const near = nearestWord(name, ISTIO_ANNOTATIONS.keys());
    const fix = near ? `Write ${near}, if that is meant.` : 'Remove it: nothing reads it.';
    report(IST.UnknownAnnotation, subject, { field, text: `Unknown annotation: ${name}`, fix });
    return;
  }
  const hasLabelToo = name === INJECT_KEY && subject.object.metadata.labels?.[INJECT_KEY] !== undefined;
  if (DEPRECATED_ANNOTATIONS.has(name) && !hasLabelToo) {
    report(IST.DeprecatedAnnotation, subject, {
      field,
      text: `Annotation "${name}" has been deprecated${IN_FAVOUR_OF[name] ?? ''} and may not work in future Istio versions.`,
      fix: name === INJECT_KEY ? 'Use the label of the same name.' : 'Remove it, or use what its documentation names.',
    });
  }
  if (kinds.includes('Any')) return;
  if (!kinds.includes(subject.object.kind)) {
    const text = `Misplaced annotation: ${name} can only be applied to ${kinds.join(', ')}`;
    const template = kinds.includes('Pod') && subject.object.kind === 'Deployment';
    const fix = template ? 'Write it in spec.template.metadata.annotations.' : 'Move it there, or remove it.';
    report(IST.MisplacedAnnotation, subject, { field, text, fix });
    return;
  }
  const wrong = READERS[name]?.(value);
  if (wrong === undefined) return;
  const text = `Invalid annotation ${name}: ${wrong}`;
  report(IST.InvalidAnnotation, subject, { field, text, fix: 'Correct the value: it is not used as it is.' });
}

/** @returns what is wrong */
type Reader = (value: string) => string | undefined;

const unsigned: Reader = (value) => (/^\d{1,10}$/.test(value) ? undefined : `"${value}" is not a whole number`);
const boolean: Reader = (value) =>
  /^(true|false|t|f|1|0)$/i.test(value) ? undefined : `"${value}" is neither true nor false`;
const quantity: Reader = (value) =>
  /^\d+(\.\d+)?([numkKMGTPE]|[KMGTPE]i)?$/.test(value)
    ? undefined
    : `"${value}" is not a quantity such as 100m or 64Mi`;
const mode: Reader = (value) =>
  ['REDIRECT', 'TPROXY', 'NONE'].includes(value) ? undefined : `"${value}" is none of REDIRECT, TPROXY and NONE`;

function eachOf(check: (item: string) => boolean, what: string, all: boolean): Reader {
  return (value) => {
    if (value === '' || (all && value === '*')) return undefined;
    const wrong = value.split(',').find((item) => !check(item.trim()));
    return wrong === undefined ? undefined : `"${wrong}" is not ${what}`;
  };
}

const isPort = (item: string): boolean => /^\d{1,5}$/.test(item) && Number(item) <= 65_535;
function isRange(item: string): boolean {
  const [address = '', bits = ''] = item.split('/');
  const family = isIP(address);
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

const READERS: Readonly<Record<string, Reader>> = {
  'sidecar.istio.io/interceptionMode': mode,
  'status.sidecar.istio.io/port': (value) => (isPort(value) ? undefined : `"${value}" is not a port`),
  'readiness.status.sidecar.istio.io/initialDelaySeconds': unsigned,
  'readiness.status.sidecar.istio.io/periodSeconds': unsigned,
  'readiness.status.sidecar.istio.io/failureThreshold': unsigned,
  'traffic.sidecar.istio.io/includeOutboundIPRanges': eachOf(isRange, 'an address range such as 10.0.0.0/8', true),
  'traffic.sidecar.istio.io/excludeOutboundIPRanges': eachOf(isRange, 'an address range such as 10.0.0.0/8', false),
  'traffic.sidecar.istio.io/includeInboundPorts': eachOf(isPort, 'a port', true),
  'traffic.sidecar.istio.io/excludeInboundPorts': eachOf(isPort, 'a port', false),
  'traffic.sidecar.istio.io/excludeOutboundPorts': eachOf(isPort, 'a port', false),
  'prometheus.istio.io/merge-metrics': boolean,
  'sidecar.istio.io/proxyCPU': quantity,
  'sidecar.istio.io/proxyMemory': quantity,
  'sidecar.istio.io/proxyCPULimit': quantity,
  'sidecar.istio.io/proxyMemoryLimit': quantity,
};
