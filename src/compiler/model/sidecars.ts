import type { EgressListener, Sidecar } from '../../resources/istio/sidecar/types.js';
import { byAge } from '../ordering.js';
import { namespaceOf, refOf } from '../snapshot.js';
import { protocolOf } from './protocol.js';
import type { EgressModel, IngressModel, SidecarModel } from './types.js';

const HOST_OF_POD: ReadonlySet<string> = new Set(['0.0.0.0', '[::]']);

/** In order of age. */
export function buildSidecars(objects: readonly Sidecar[]): SidecarModel[] {
  return objects.toSorted(byAge).map((object) => {
    const { workloadSelector, egress, ingress, outboundTrafficPolicy } = object.spec;
    const labels = workloadSelector?.labels;
    return {
      origin: refOf(object),
      namespace: namespaceOf(object),
      egress: (egress ?? []).map((listener) => toEgress(listener)),
      ingress: (ingress ?? []).map(({ port, bind, captureMode, defaultEndpoint }): IngressModel => {
        const endpoint = defaultEndpoint ? toEndpoint(defaultEndpoint) : undefined;
        return {
          port: port.number,
          protocol: protocolOf(port.protocol, undefined, port.number),
          listens: captureMode === 'NONE',
          ...(bind ? { bind } : {}),
          ...(endpoint ? { endpoint } : {}),
        };
      }),
      ...(labels && Object.keys(labels).length > 0 ? { selector: labels } : {}),
      // A policy that does not say its mode is the enum's first value.
      ...(outboundTrafficPolicy ? { outboundTrafficPolicy: outboundTrafficPolicy.mode ?? 'REGISTRY_ONLY' } : {}),
    };
  });
}

function toEgress({ port, bind, captureMode, hosts }: EgressListener): EgressModel {
  return {
    hosts: hosts.map((text) => {
      const slash = text.indexOf('/');
      const written = text.slice(0, slash);
      const isExcluded = written.startsWith('~');
      const namespace = isExcluded ? written.slice(1) || '*' : written;
      return { namespace, host: text.slice(slash + 1).toLowerCase(), isExcluded };
    }),
    listens: captureMode === 'NONE',
    ...(port ? { port: port.number, protocol: protocolOf(port.protocol, undefined, port.number) } : {}),
    ...(bind ? { bind } : {}),
  };
}

function toEndpoint(text: string): IngressModel['endpoint'] {
  const colon = text.lastIndexOf(':');
  return { at: HOST_OF_POD.has(text.slice(0, colon)) ? 'pod' : 'loopback', port: Number(text.slice(colon + 1)) };
}
