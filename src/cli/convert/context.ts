import type { TranslateContext } from '../../compiler/index.js';
import type { DestinationPolicy } from '../../resources/istio/destinationpolicy/types.js';
import type { RouteRule } from '../../resources/istio/routerule/types.js';
import type { KubeObject } from '../../resources/object.js';
import { CLUSTER_DOMAIN, type Note } from './conversion.js';
import { keyOf } from './older-kinds.js';
import type { Source } from './source.js';

/**
 * What is known of services: those of the input. The pods of another are taken for those that are labelled with its name.
 * @param notes takes what was assumed
 */
export function contextOf(sources: readonly Source[], notes: Note[]): TranslateContext {
  const services = new Map(sources.filter(isService).map((source) => [keyOf(source.object), source.object]));
  const specOf = (namespace: string, name: string) =>
    services.get(`Service/${namespace}/${name}`)?.['spec'] as ServiceSpec | undefined;
  const assumed = new Set<string>();
  return {
    domain: CLUSTER_DOMAIN,
    selectorOf(namespace, name) {
      if (name === '') return undefined;
      const selector = specOf(namespace, name)?.selector;
      if (selector !== undefined) return selector;
      const asker = sources.find(({ object }) => sourceOf(object)?.name === name);
      if (asker && !assumed.has(name)) {
        const field = asker.object.kind === 'RouteRule' ? 'spec.match.source' : 'spec.source';
        const text = `the Service ${name} is not in the input: its pods were taken for those with the label app: ${name}`;
        notes.push({ source: asker, field, text });
      }
      assumed.add(name);
      return { app: name };
    },
    portNumber: (namespace, name, portName) =>
      specOf(namespace, name)?.ports?.find((port) => port.name === portName)?.port,
  };
}

function sourceOf({ kind, spec }: KubeObject): { name?: string } | undefined {
  if (kind === 'RouteRule') return (spec as RouteRule['spec']).match?.source;
  return kind === 'DestinationPolicy' ? (spec as DestinationPolicy['spec']).source : undefined;
}

interface ServiceSpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly ports?: readonly { readonly name?: string; readonly port: number }[];
}

function isService({ object }: Source): boolean {
  return object.kind === 'Service' && object.apiVersion === 'v1';
}
