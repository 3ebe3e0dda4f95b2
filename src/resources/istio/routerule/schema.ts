import { istioServiceSchema } from '../istio-service.js';
import {
  boolean,
  duration,
  int32,
  integer,
  kindSchema,
  list,
  mapOf,
  number,
  object,
  opaque,
  string,
  stringList,
  stringMap,
  stringMatch,
} from '../schemas.js';

const l4Match = object({ sourceSubnet: stringList, destinationSubnet: stringList });

const match = object({
  source: istioServiceSchema,
  tcp: l4Match,
  udp: l4Match,
  request: object({ headers: mapOf(stringMatch) }),
});

const httpFault = object({
  delay: object({ percent: number, fixedDelay: duration, exponentialDelay: duration, overrideHeaderName: string }),
  abort: object({
    percent: number,
    httpStatus: int32,
    grpcStatus: string,
    http2Error: string,
    overrideHeaderName: string,
  }),
});

const corsPolicy = object({
  allowOrigin: stringList,
  allowMethods: stringList,
  allowHeaders: stringList,
  exposeHeaders: stringList,
  maxAge: duration,
  allowCredentials: boolean,
});

export const routeRuleSchema = kindSchema(
  'RouteRule (Istio 0.7): how requests to a destination are routed',
  object({
    destination: istioServiceSchema,
    precedence: int32,
    match,
    route: list(object({ destination: istioServiceSchema, labels: stringMap, weight: integer })),
    redirect: object({ uri: string, authority: string }),
    rewrite: object({ uri: string, authority: string }),
    websocketUpgrade: boolean,
    httpReqTimeout: object({
      simpleTimeout: object({ timeout: duration, overrideHeaderName: string }),
      custom: opaque,
    }),
    httpReqRetries: object({
      simpleRetry: object({ attempts: int32, perTryTimeout: duration, overrideHeaderName: string }),
      custom: opaque,
    }),
    httpFault,
    l4Fault: opaque,
    mirror: istioServiceSchema,
    corsPolicy,
    appendHeaders: stringMap,
  }),
);
