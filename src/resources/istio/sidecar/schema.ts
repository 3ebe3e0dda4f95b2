import { kindSchema, list, object, oneOf, opaque, port, string, stringList, stringMap } from '../schemas.js';

const sidecarPort = object({ number: port, protocol: string, name: string, targetPort: port }, ['number', 'protocol']);
const captureMode = oneOf('DEFAULT', 'IPTABLES', 'NONE');

export const sidecarSchema = kindSchema(
  'Sidecar: what the sidecars of a namespace take, and what they reach',
  object({
    workloadSelector: object({ labels: stringMap }),
    ingress: list(
      object(
        { port: sidecarPort, bind: string, captureMode, defaultEndpoint: string, tls: opaque, connectionPool: opaque },
        ['port'],
      ),
    ),
    egress: list(object({ port: sidecarPort, bind: string, captureMode, hosts: stringList }, ['hosts'])),
    inboundConnectionPool: opaque,
    outboundTrafficPolicy: object({ mode: oneOf('REGISTRY_ONLY', 'ALLOW_ANY'), egressProxy: opaque }),
  }),
);
