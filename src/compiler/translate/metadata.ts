import type { IstioService } from '../../resources/istio/istio-service.js';
import type { KubeObject, ObjectMeta } from '../../resources/object.js';
import { convertedFrom } from '../origin.js';
import { namespaceOf } from '../snapshot.js';
import type { TranslateContext } from './context.js';

/** Name and namespace of what is made for a destination: the service's own, so that its rules are found beside it. */
export function metadataFor(
  host: string,
  destination: IstioService,
  from: readonly KubeObject[],
  context: TranslateContext,
): ObjectMeta {
  const first = from[0]!;
  const local = host.endsWith(`.svc.${context.domain}`) ? host.split('.') : undefined;
  const meta: ObjectMeta = {
    name: local?.[0] ?? host.replaceAll('*', 'all').replaceAll('/', '-'),
    namespace: local?.[1] ?? destination.namespace ?? namespaceOf(first),
  };
  if (first.metadata.creationTimestamp) meta.creationTimestamp = first.metadata.creationTimestamp;
  meta.annotations = convertedFrom(from);
  return meta;
}
