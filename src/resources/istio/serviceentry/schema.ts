import { kindSchema, list, object, oneOf, port, string, stringList, stringMap } from '../schemas.js';
import { workloadFields } from '../workloadentry/schema.js';

export const serviceEntrySchema = kindSchema(
  'ServiceEntry: a service that the mesh does not find by itself',
  object({
    hosts: stringList,
    addresses: stringList,
    ports: list(object({ number: port, protocol: string, name: string, targetPort: port }, ['number', 'name'])),
    location: oneOf('MESH_EXTERNAL', 'MESH_INTERNAL'),
    resolution: oneOf('NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'),
    endpoints: list(object(workloadFields)),
    workloadSelector: object({ labels: stringMap }),
    exportTo: stringList,
    subjectAltNames: stringList,
  }),
);
