import type { MeshSnapshot } from '../../compiler/index.js';
import type { VirtualService } from '../../resources/istio/virtualservice/types.js';
import type { KubeObject } from '../../resources/object.js';

const NAMESPACE = 'istio-system';
const NAME = 'every-host';
const HTTP_PORT = 80;

/** A snapshot in which every VirtualService holds at one gateway for every host, whatever it was written for. */
export function withOneGateway(snapshot: MeshSnapshot): MeshSnapshot {
  return {
    ...snapshot,
    gateways: [gateway()],
    virtualServices: snapshot.virtualServices.map((object) => atGateway(object as VirtualService)),
  };
}

function gateway(): KubeObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    metadata: { name: NAME, namespace: NAMESPACE },
    spec: {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: HTTP_PORT, name: 'http', protocol: 'HTTP' }, hosts: ['*/*'] }],
    },
  };
}

function atGateway(object: VirtualService): VirtualService {
  const { spec } = object;
  // A delegate has no hosts, and must have no gateways.
  if (spec.hosts === undefined || spec.hosts.length === 0) return object;
  const http = spec.http?.map(({ match, ...route }) => ({
    ...route,
    ...(match && { match: match.map(({ gateways: _gateways, sourceLabels: _labels, ...rest }) => rest) }),
  }));
  const { exportTo: _exportTo, ...rest } = spec;
  return { ...object, spec: { ...rest, gateways: [`${NAMESPACE}/${NAME}`], ...(http && { http }) } };
}
