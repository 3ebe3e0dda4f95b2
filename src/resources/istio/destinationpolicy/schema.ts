import { istioServiceSchema } from '../istio-service.js';
import { duration, int32, kindSchema, object, oneOf, opaque } from '../schemas.js';

const simpleCb = object({
  maxConnections: int32,
  httpMaxPendingRequests: int32,
  httpMaxRequests: int32,
  sleepWindow: duration,
  httpConsecutiveErrors: int32,
  httpDetectionInterval: duration,
  httpMaxRequestsPerConnection: int32,
  httpMaxEjectionPercent: int32,
  httpMaxRetries: int32,
});

export const destinationPolicySchema = kindSchema(
  'DestinationPolicy (Istio 0.7): load balancing and circuit breaking towards a destination',
  object({
    destination: istioServiceSchema,
    source: istioServiceSchema,
    loadBalancing: object({ name: oneOf('ROUND_ROBIN', 'LEAST_CONN', 'RANDOM'), custom: opaque }),
    circuitBreaker: object({ simpleCb, custom: opaque }),
  }),
);
