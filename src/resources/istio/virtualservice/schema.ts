import {
  boolean,
  duration,
  integer,
  kindSchema,
  list,
  mapOf,
  number,
  object,
  oneOf,
  port,
  string,
  stringList,
  stringMap,
  stringMatch,
} from '../schemas.js';

const percent = object({ value: number });
const destination = object({ host: string, subset: string, port: object({ number: port }) }, ['host']);
const headerOperations = object({ set: stringMap, add: stringMap, remove: stringList });
const headers = object({ request: headerOperations, response: headerOperations });
const stringMatches = mapOf(stringMatch);

const httpMatch = object({
  name: string,
  uri: stringMatch,
  scheme: stringMatch,
  method: stringMatch,
  authority: stringMatch,
  headers: stringMatches,
  withoutHeaders: stringMatches,
  queryParams: stringMatches,
  port,
  sourceLabels: stringMap,
  sourceNamespace: string,
  gateways: stringList,
  ignoreUriCase: boolean,
  statPrefix: string,
});

const redirect = object({
  uri: string,
  authority: string,
  port,
  derivePort: oneOf('FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT'),
  scheme: string,
  redirectCode: integer,
  prefixRewrite: string,
});

const fault = object({
  delay: object({ percent: integer, percentage: percent, fixedDelay: duration, exponentialDelay: duration }),
  abort: object({ httpStatus: integer, grpcStatus: string, http2Error: string, percentage: percent }),
});

const retries = object({
  attempts: integer,
  perTryTimeout: duration,
  retryOn: string,
  retryRemoteLocalities: boolean,
  retryIgnorePreviousHosts: boolean,
  backoff: duration,
});

const corsPolicy = object({
  allowOrigin: stringList,
  allowOrigins: list(stringMatch),
  allowMethods: stringList,
  allowHeaders: stringList,
  exposeHeaders: stringList,
  maxAge: duration,
  allowCredentials: boolean,
  unmatchedPreflights: oneOf('UNSPECIFIED', 'FORWARD', 'IGNORE'),
});

const httpRoute = object({
  name: string,
  match: list(httpMatch),
  route: list(object({ destination, weight: integer, headers }, ['destination'])),
  redirect,
  directResponse: object({ status: integer, body: object({ string, bytes: string }) }, ['status']),
  delegate: object({ name: string, namespace: string }),
  rewrite: object({ uri: string, authority: string, uriRegexRewrite: object({ match: string, rewrite: string }) }),
  timeout: duration,
  retries,
  fault,
  mirror: destination,
  mirrors: list(object({ destination, percentage: percent }, ['destination'])),
  mirrorPercent: integer,
  mirrorPercentage: percent,
  corsPolicy,
  headers,
});

const l4Route = { destination, weight: integer };
const l4Match = {
  destinationSubnets: stringList,
  port,
  sourceLabels: stringMap,
  gateways: stringList,
  sourceNamespace: string,
};

export const virtualServiceSchema = kindSchema(
  'VirtualService: how requests for hosts are routed',
  object({
    hosts: stringList,
    gateways: stringList,
    http: list(httpRoute),
    tls: list(object({ match: list(object({ ...l4Match, sniHosts: stringList })), route: list(object(l4Route)) })),
    tcp: list(object({ match: list(object({ ...l4Match, sourceSubnet: string })), route: list(object(l4Route)) })),
    exportTo: stringList,
  }),
);
