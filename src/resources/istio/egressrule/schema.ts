import { istioServiceSchema } from '../istio-service.js';
import { boolean, kindSchema, list, object, port, string } from '../schemas.js';

export const egressRuleSchema = kindSchema(
  'EgressRule (Istio 0.7): a service outside the mesh that may be called',
  object({
    destination: istioServiceSchema,
    ports: list(object({ port, protocol: string }, ['port', 'protocol'])),
    useEgressProxy: boolean,
  }),
);
