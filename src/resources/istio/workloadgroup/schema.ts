import { int32, kindSchema, list, object, port, string, stringList, stringMap } from '../schemas.js';
import { workloadFields } from '../workloadentry/schema.js';

const probe = object({
  initialDelaySeconds: int32,
  timeoutSeconds: int32,
  periodSeconds: int32,
  successThreshold: int32,
  failureThreshold: int32,
  httpGet: object(
    { path: string, port, host: string, scheme: string, httpHeaders: list(object({ name: string, value: string })) },
    ['port'],
  ),
  tcpSocket: object({ host: string, port }, ['port']),
  exec: object({ command: stringList }),
  grpc: object({ port, service: string }, ['port']),
});

export const workloadGroupSchema = kindSchema(
  'WorkloadGroup: what WorkloadEntries of one kind have in common',
  object({
    metadata: object({ labels: stringMap, annotations: stringMap }),
    template: object(workloadFields),
    probe,
  }),
);
