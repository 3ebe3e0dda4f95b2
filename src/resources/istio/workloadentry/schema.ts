import { kindSchema, mapOf, object, port, string, stringMap, uint32 } from '../schemas.js';

export const workloadFields = {
  address: string,
  ports: mapOf(port),
  labels: stringMap,
  network: string,
  locality: string,
  weight: uint32,
  serviceAccount: string,
};

export const workloadEntrySchema = kindSchema(
  'WorkloadEntry: a machine outside Kubernetes that serves',
  object(workloadFields),
);
