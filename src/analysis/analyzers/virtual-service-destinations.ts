import type { Destination, VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { Subject } from '../subject.js';

export interface PlacedDestination {
  readonly destination: Destination;
  /** `spec.http[0].route[1].destination` */
  readonly field: string;
  readonly isMirror: boolean;
}

interface Routes {
  readonly route?: readonly { readonly destination?: Destination }[];
  readonly mirror?: Destination;
  readonly mirrors?: readonly { readonly destination?: Destination }[];
}

/** Every destination of a VirtualService, of all its protocols, and where it stands. */
export function destinationsOf({ object }: Subject<VirtualService>): PlacedDestination[] {
  const spec = object.spec as unknown as Readonly<Record<string, readonly Routes[] | undefined>>;
  return ['http', 'tls', 'tcp'].flatMap((protocol) =>
    (spec[protocol] ?? []).flatMap((routes, index) => ofRoutes(routes, `spec.${protocol}[${index}]`)),
  );
}

function ofRoutes({ route = [], mirror, mirrors = [] }: Routes, at: string): PlacedDestination[] {
  const placed = (destination: Destination | undefined, field: string, isMirror: boolean): PlacedDestination[] =>
    destination?.host ? [{ destination, field, isMirror }] : [];
  return [
    ...route.flatMap(({ destination }, i) => placed(destination, `${at}.route[${i}].destination`, false)),
    ...placed(mirror, `${at}.mirror`, true),
    ...mirrors.flatMap(({ destination }, i) => placed(destination, `${at}.mirrors[${i}].destination`, true)),
  ];
}
